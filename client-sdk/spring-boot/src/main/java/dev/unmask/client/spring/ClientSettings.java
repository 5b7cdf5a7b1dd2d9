package dev.unmask.client.spring;

import dev.unmask.client.RetryPolicy;
import dev.unmask.client.TlsOptions;
import dev.unmask.client.UnmaskClient;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.util.unit.DataSize;

/** Applies properties to a client's builder. */
final class ClientSettings {
  private ClientSettings() {}

  static void apply(UnmaskProperties properties, UnmaskClient.Builder builder) {
    ifSet(properties.endpoints(), uris -> builder.endpoints(uris.toArray(new String[0])));
    ifSet(properties.balancing(), builder::balancing);
    ifSet(properties.connectTimeout(), builder::connectTimeout);
    ifSet(properties.requestTimeout(), builder::requestTimeout);
    ifSet(properties.idleTimeout(), builder::idleTimeout);
    ifSet(properties.healthCheckInterval(), builder::healthCheckInterval);
    ifSet(properties.hedgingDelay(), builder::hedging);
    ifSet(properties.maxResponseBytes(), size -> builder.maxResponseBytes(bytes(size)));
    ifSet(properties.ioThreads(), builder::ioThreads);
    forEach(properties.headers(), builder::header);
    ifSet(properties.token(), token -> builder.token(() -> token));
    forEach(properties.restrictedApi(), builder::restrictedApi);
    ifSet(properties.retry(), retry -> builder.retry(policy(retry)));
    ifSet(properties.tls(), tls -> builder.tls(options(tls)));
  }

  private static int bytes(DataSize size) {
    if (size.toBytes() > Integer.MAX_VALUE) {
      throw new InvalidConfigurationPropertyValueException(
          "unmask.client.max-response-bytes", size, "is more than " + Integer.MAX_VALUE + " bytes");
    }
    return (int) size.toBytes();
  }

  private static RetryPolicy policy(UnmaskProperties.Retry retry) {
    RetryPolicy usual = RetryPolicy.DEFAULT;
    return new RetryPolicy(
        orElse(retry.maxAttempts(), usual.maxAttempts()),
        orElse(retry.initialBackoff(), usual.initialBackoff()),
        orElse(retry.maxBackoff(), usual.maxBackoff()),
        orElse(retry.budgetRatio(), usual.budgetRatio()));
  }

  private static TlsOptions options(UnmaskProperties.Tls tls) {
    TlsOptions options = TlsOptions.DEFAULT;
    if (tls.trustedCertificates() != null) {
      options = options.trust(tls.trustedCertificates());
    }
    if ((tls.certificateChain() == null) != (tls.privateKey() == null)) {
      boolean noKey = tls.privateKey() == null;
      throw new InvalidConfigurationPropertyValueException(
          "unmask.client.tls." + (noKey ? "private-key" : "certificate-chain"),
          null,
          "is needed beside " + (noKey ? "certificate-chain" : "private-key"));
    }
    if (tls.certificateChain() != null) {
      options = options.clientCertificate(tls.certificateChain(), tls.privateKey());
    }
    return tls.serverName() == null ? options : options.serverName(tls.serverName());
  }

  private static <T> void ifSet(T value, Consumer<T> setter) {
    if (value != null) {
      setter.accept(value);
    }
  }

  private static void forEach(Map<String, String> values, BiConsumer<String, String> setter) {
    ifSet(values, map -> map.forEach(setter));
  }

  private static <T> T orElse(T value, T usual) {
    return value == null ? usual : value;
  }
}
