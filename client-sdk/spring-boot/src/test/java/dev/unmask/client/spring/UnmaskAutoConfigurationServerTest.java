package dev.unmask.client.spring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unmask.client.ChatMessage;
import dev.unmask.client.GenerateRequest;
import dev.unmask.client.GenerateResult;
import dev.unmask.client.UnmaskClient;
import dev.unmask.client.testing.EmbeddedServer;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** The client that is made, against a real server. */
@Timeout(120)
class UnmaskAutoConfigurationServerTest {
  private static EmbeddedServer server;

  private final ApplicationContextRunner runner =
      new ApplicationContextRunner()
          .withConfiguration(AutoConfigurations.of(UnmaskAutoConfiguration.class));
  private final MeterRegistry registry = new SimpleMeterRegistry();

  @BeforeAll
  static void start() {
    server = EmbeddedServer.start();
  }

  @AfterAll
  static void close() {
    server.close();
  }

  private static GenerateResult ask(UnmaskClient client) {
    return client.generate(
        GenerateRequest.builder(EmbeddedServer.MODEL)
            .messages(ChatMessage.system("Answer briefly."), ChatMessage.user("Hello"))
            .maxTokens(16)
            .build());
  }

  private void askThrough(String endpoint, ApplicationContextRunner configured) {
    configured
        .withPropertyValues("unmask.client.endpoints=" + endpoint)
        .run(context -> assertFalse(ask(context.getBean(UnmaskClient.class)).text().isEmpty()));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void generate_conversation_isAnsweredAndMeasured(boolean grpc) {
    askThrough(
        grpc ? server.grpc() : server.http(), runner.withBean(MeterRegistry.class, () -> registry));

    assertEquals(
        1, registry.get("unmask.client.requests").tag("outcome", "success").timer().count());
  }

  @Test
  void generate_twoRegistries_neitherIsUsed() {
    MeterRegistry other = new SimpleMeterRegistry();

    askThrough(
        server.grpc(),
        runner
            .withBean("a", MeterRegistry.class, () -> registry)
            .withBean("b", MeterRegistry.class, () -> other));

    assertTrue(registry.getMeters().isEmpty());
    assertTrue(other.getMeters().isEmpty());
  }

  @Test
  void generate_primaryOfTwoRegistries_isUsed() {
    MeterRegistry other = new SimpleMeterRegistry();

    askThrough(
        server.grpc(),
        runner
            .withBean("a", MeterRegistry.class, () -> registry, bean -> bean.setPrimary(true))
            .withBean("b", MeterRegistry.class, () -> other));

    assertFalse(registry.getMeters().isEmpty());
    assertTrue(other.getMeters().isEmpty());
  }

  @Test
  void generate_openTelemetry_isTraced() {
    InMemorySpanExporter spans = InMemorySpanExporter.create();
    OpenTelemetry telemetry =
        OpenTelemetrySdk.builder()
            .setTracerProvider(
                SdkTracerProvider.builder()
                    .addSpanProcessor(SimpleSpanProcessor.create(spans))
                    .build())
            .build();

    runner
        .withPropertyValues("unmask.client.endpoints=" + server.grpc())
        .withBean(OpenTelemetry.class, () -> telemetry)
        .run(
            context -> {
              ask(context.getBean(UnmaskClient.class));
              // Spring closes the telemetry with the context, and then the spans are gone.
              assertEquals(
                  List.of("generate " + EmbeddedServer.MODEL),
                  spans.getFinishedSpanItems().stream().map(SpanData::getName).toList());
            });
  }
}
