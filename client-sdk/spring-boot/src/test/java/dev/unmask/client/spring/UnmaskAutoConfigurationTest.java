package dev.unmask.client.spring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unmask.client.ErrorCode;
import dev.unmask.client.GenerateRequest;
import dev.unmask.client.RequestCancelledException;
import dev.unmask.client.UnmaskClient;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;

class UnmaskAutoConfigurationTest {
  private static final String ENDPOINT = "unmask.client.endpoints=grpc://127.0.0.1:1";

  private final ApplicationContextRunner runner =
      new ApplicationContextRunner()
          .withConfiguration(AutoConfigurations.of(UnmaskAutoConfiguration.class));

  private static int clients(ApplicationContextRunner runner) {
    int[] count = new int[1];
    runner.run(context -> count[0] = context.getBeanNamesForType(UnmaskClient.class).length);
    return count[0];
  }

  @Test
  void endpoints_unsetOrEmpty_noClient() {
    assertEquals(0, clients(runner));
    assertEquals(0, clients(runner.withPropertyValues("unmask.client.endpoints=")));
    assertEquals(0, clients(runner.withPropertyValues("unmask.client.io-threads=2")));
  }

  @Test
  void endpoints_inAnyNotation_makeOneClient() {
    assertEquals(1, clients(runner.withPropertyValues(ENDPOINT)));
    assertEquals(1, clients(runner.withPropertyValues(ENDPOINT + ",grpc://127.0.0.1:2")));
    assertEquals(
        1,
        clients(
            runner.withPropertyValues(
                "unmask.client.endpoints[0]=http://127.0.0.1:1",
                "unmask.client.endpoints[1]=http://127.0.0.1:2")));
  }

  @Test
  void endpoints_thatCannotBe_failTheStart() {
    runner
        .withPropertyValues("unmask.client.endpoints=grpc://127.0.0.1:1,http://127.0.0.1:2")
        .run(
            context -> {
              Throwable cause = context.getStartupFailure();
              assertNotNull(cause);
              while (cause.getCause() != null) {
                cause = cause.getCause();
              }
              assertTrue(cause.getMessage().contains("differ in protocol"), cause::toString);
            });
  }

  @Test
  void client_ofTheApplication_isTheOnlyOne() {
    try (UnmaskClient own = UnmaskClient.connect("grpc://127.0.0.1:3")) {
      runner
          .withPropertyValues(ENDPOINT)
          .withBean("own", UnmaskClient.class, () -> own)
          .run(context -> assertSame(own, context.getBean(UnmaskClient.class)));
    }
  }

  @Test
  void client_isClosedWithTheApplication() {
    UnmaskClient[] client = new UnmaskClient[1];
    runner
        .withPropertyValues(ENDPOINT)
        .run(context -> client[0] = context.getBean(UnmaskClient.class));

    RequestCancelledException refused =
        assertThrows(
            RequestCancelledException.class,
            () -> client[0].generate(GenerateRequest.of("m", "p")));
    assertEquals(ErrorCode.CANCELLED, refused.code());
    assertEquals("client is closed", refused.getMessage());
  }

  @Test
  void customizers_areAskedInOrder() {
    runner
        .withPropertyValues(ENDPOINT)
        .withUserConfiguration(TwoCustomizers.class)
        .run(
            context -> {
              context.getBean(UnmaskClient.class);
              assertEquals(List.of("first", "second"), context.getBean(Calls.class).names());
            });
  }

  @Test
  void optionalClasses_missing_clientAllTheSame() {
    runner
        .withPropertyValues(ENDPOINT)
        .withClassLoader(new FilteredClassLoader("io.micrometer", "io.opentelemetry"))
        .run(
            context -> {
              assertNotNull(context.getBean(UnmaskClient.class));
              assertEquals(0, context.getBeanNamesForType(UnmaskClientCustomizer.class).length);
            });
  }

  /** What the customizers of the application were asked. */
  record Calls(List<String> names) {}

  @Configuration(proxyBeanMethods = false)
  static class TwoCustomizers {
    @Bean
    Calls calls() {
      return new Calls(new CopyOnWriteArrayList<>());
    }

    @Bean
    @Order(2)
    UnmaskClientCustomizer secondOfUser(Calls calls) {
      return builder -> calls.names().add("second");
    }

    @Bean
    @Order(1)
    UnmaskClientCustomizer firstOfUser(Calls calls) {
      return builder -> calls.names().add("first");
    }
  }
}
