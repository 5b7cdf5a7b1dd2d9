package dev.unmask.client.spring;

import dev.unmask.client.Balancing;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.util.unit.DataSize;

/**
 * Settings of the client; what is null is left to the client's own default.
 *
 * @param endpoints Servers that have the same models, such as grpc://host:8001 or http://host:8000,
 *     all of them over gRPC or all over HTTP. Without any there is no client.
 * @param balancing How one of several endpoints is chosen.
 * @param connectTimeout How long a connection may take to be made.
 * @param requestTimeout How long a request may take in all, retries included. Zero for any time.
 * @param idleTimeout Longest wait for a response or for the next event of a stream. Zero for any
 *     time.
 * @param healthCheckInterval How often every endpoint is asked whether it is ready. Zero for never.
 * @param hedgingDelay After which time without a response a request is sent a second time. Zero for
 *     never.
 * @param maxResponseBytes Longest response or event of a stream that is taken.
 * @param ioThreads Threads that read and write.
 * @param headers Headers of every request by name.
 * @param token Token that is sent with every request as a bearer.
 * @param restrictedApi Values of Triton's restricted APIs by key.
 * @param retry When a request that failed is sent again.
 * @param tls How connections of grpcs and https are encrypted.
 */
@ConfigurationProperties("unmask.client")
public record UnmaskProperties(
    List<String> endpoints,
    Balancing balancing,
    Duration connectTimeout,
    Duration requestTimeout,
    Duration idleTimeout,
    Duration healthCheckInterval,
    Duration hedgingDelay,
    DataSize maxResponseBytes,
    Integer ioThreads,
    Map<String, String> headers,
    String token,
    Map<String, String> restrictedApi,
    Retry retry,
    Tls tls) {

  /**
   * When a request that failed is sent again.
   *
   * @param maxAttempts Attempts in all, the first included. 1 for no retries.
   * @param initialBackoff Bound of the wait before the second attempt.
   * @param maxBackoff Bound of every wait.
   * @param budgetRatio Retries allowed per request on the average, 0 to 1.
   */
  public record Retry(
      Integer maxAttempts, Duration initialBackoff, Duration maxBackoff, Double budgetRatio) {}

  /**
   * How connections are encrypted.
   *
   * @param trustedCertificates PEM file of certificates that are trusted instead of the JVM's.
   * @param certificateChain PEM file of the client's own certificates. Needs the private key.
   * @param privateKey PEM file of the client's PKCS #8 private key, not encrypted.
   * @param serverName Name that the server's certificate has, instead of the endpoint's host.
   */
  public record Tls(
      Path trustedCertificates, Path certificateChain, Path privateKey, String serverName) {}

  /** Without what may be secret. */
  @Override
  public String toString() {
    return "UnmaskProperties[endpoints=" + endpoints + ", retry=" + retry + ", tls=" + tls + "]";
  }
}
