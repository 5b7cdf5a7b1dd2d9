package dev.unmask.client.spring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.mockito.ArgumentMatchers.argThat;
import static org.mockito.Mockito.RETURNS_SELF;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.verifyNoMoreInteractions;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.unmask.client.Balancing;
import dev.unmask.client.RetryPolicy;
import dev.unmask.client.TlsOptions;
import dev.unmask.client.UnmaskClient;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.mockito.ArgumentCaptor;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Configuration;

class UnmaskAutoConfigurationPropertiesTest {
  private final UnmaskClient.Builder builder = mock(UnmaskClient.Builder.class, RETURNS_SELF);

  @Configuration(proxyBeanMethods = false)
  @EnableConfigurationProperties(UnmaskProperties.class)
  static class Binding {}

  private static UnmaskProperties bind(String... values) {
    UnmaskProperties[] bound = new UnmaskProperties[1];
    new ApplicationContextRunner()
        .withUserConfiguration(Binding.class)
        .withPropertyValues(values)
        .run(context -> bound[0] = context.getBean(UnmaskProperties.class));
    return bound[0];
  }

  private void apply(String... values) {
    ClientSettings.apply(bind(values), builder);
  }

  @Test
  void apply_nothingSet_leavesDefaults() {
    apply();

    verifyNoMoreInteractions(builder);
  }

  @Test
  void apply_allSet_setsAll() {
    apply(
        "unmask.client.endpoints=grpc://a:1, grpc://b:2",
        "unmask.client.balancing=least-outstanding",
        "unmask.client.connect-timeout=3s",
        "unmask.client.request-timeout=5m",
        "unmask.client.idle-timeout=0",
        "unmask.client.health-check-interval=10s",
        "unmask.client.hedging-delay=250ms",
        "unmask.client.max-response-bytes=8MB",
        "unmask.client.io-threads=2",
        "unmask.client.headers.x-team=blue",
        "unmask.client.token=secret",
        "unmask.client.restricted-api.admin-key=admin-value",
        "unmask.client.retry.max-attempts=5",
        "unmask.client.retry.initial-backoff=10ms",
        "unmask.client.retry.max-backoff=1s",
        "unmask.client.retry.budget-ratio=0.5",
        "unmask.client.tls.trusted-certificates=/pki/ca.pem",
        "unmask.client.tls.certificate-chain=pki/client.pem",
        "unmask.client.tls.private-key=file:/pki/client.key",
        "unmask.client.tls.server-name=triton");

    verify(builder).endpoints("grpc://a:1", "grpc://b:2");
    verify(builder).balancing(Balancing.LEAST_OUTSTANDING);
    verify(builder).connectTimeout(Duration.ofSeconds(3));
    verify(builder).requestTimeout(Duration.ofMinutes(5));
    verify(builder).idleTimeout(Duration.ZERO);
    verify(builder).healthCheckInterval(Duration.ofSeconds(10));
    verify(builder).hedging(Duration.ofMillis(250));
    verify(builder).maxResponseBytes(8 << 20);
    verify(builder).ioThreads(2);
    verify(builder).header("x-team", "blue");
    verify(builder).token(argThat(token -> token.get().equals("secret")));
    verify(builder).restrictedApi("admin-key", "admin-value");
    verify(builder).retry(new RetryPolicy(5, Duration.ofMillis(10), Duration.ofSeconds(1), 0.5));
    ArgumentCaptor<TlsOptions> tls = ArgumentCaptor.forClass(TlsOptions.class);
    verify(builder).tls(tls.capture());
    assertEquals(Optional.of(Path.of("/pki/ca.pem")), tls.getValue().trustedCertificates());
    assertEquals(Optional.of(Path.of("pki/client.pem")), tls.getValue().certificateChain());
    assertEquals(Optional.of(Path.of("/pki/client.key")), tls.getValue().privateKey());
    assertEquals(Optional.of("triton"), tls.getValue().serverName());
    verifyNoMoreInteractions(builder);
  }

  @Test
  void apply_partOfRetry_keepsTheRest() {
    apply("unmask.client.retry.max-attempts=1");

    RetryPolicy usual = RetryPolicy.DEFAULT;
    verify(builder)
        .retry(new RetryPolicy(1, usual.initialBackoff(), usual.maxBackoff(), usual.budgetRatio()));
  }

  @Test
  void apply_maxResponseBytesWithoutUnit_isBytes() {
    apply("unmask.client.max-response-bytes=1000");

    verify(builder).maxResponseBytes(1000);
  }

  @Test
  void apply_maxResponseBytesTooLarge_isRefusedByName() {
    assertRefused(
        "unmask.client.max-response-bytes",
        "is more than 2147483647 bytes",
        "unmask.client.max-response-bytes=2GB");
  }

  @Test
  void apply_halfACertificate_isRefusedByName() {
    assertRefused(
        "unmask.client.tls.private-key",
        "is needed beside certificate-chain",
        "unmask.client.tls.certificate-chain=a.pem");
    assertRefused(
        "unmask.client.tls.certificate-chain",
        "is needed beside private-key",
        "unmask.client.tls.private-key=a.key");
  }

  private void assertRefused(String name, String reason, String... values) {
    InvalidConfigurationPropertyValueException refused =
        assertThrows(
            InvalidConfigurationPropertyValueException.class,
            () -> ClientSettings.apply(bind(values), mock(UnmaskClient.Builder.class)));
    assertEquals(name, refused.getName());
    assertEquals(reason, refused.getReason());
  }

  @Test
  void toString_secrets_areLeftOut() {
    UnmaskProperties properties =
        bind(
            "unmask.client.endpoints=grpc://a:1",
            "unmask.client.token=secret",
            "unmask.client.headers.x-key=secret",
            "unmask.client.restricted-api.admin=secret");

    assertEquals("secret", properties.token());
    assertFalse(properties.toString().contains("secret"));
  }

  @Test
  void metadata_everyProperty_isDescribed() throws IOException {
    Map<String, String> described = new TreeMap<>();
    try (InputStream in =
        UnmaskProperties.class.getResourceAsStream(
            "/META-INF/spring-configuration-metadata.json")) {
      for (JsonNode property : new ObjectMapper().readTree(in).get("properties")) {
        described.put(property.get("name").asText(), property.path("description").asText());
      }
    }

    assertEquals(20, described.size(), described::toString);
    described.forEach((name, text) -> assertFalse(text.isEmpty(), name));
  }
}
