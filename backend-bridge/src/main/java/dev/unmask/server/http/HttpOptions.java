package dev.unmask.server.http;

import dev.unmask.scheduler.UnmaskException;
import dev.unmask.server.ApiRestrictions;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Settings of an HTTP listener. Immutable.
 *
 * @param address host name or address to bind
 * @param port 0 for any free one
 * @param reusePort whether other processes may bind the same port
 * @param threads event loops
 * @param maxInputBytes largest body, as sent and decompressed
 * @param maxHeaderBytes largest header section, and largest request line
 * @param maxConnections connections at a time; more are answered 503
 * @param readTimeout time for a request to arrive, to which every 16 KiB of it add a second; also
 *     for a TLS handshake
 * @param idleTimeout time after which a connection without a request is closed, and one whose
 *     client does not take its response
 * @param tls null for plain text
 * @param restricted categories that ask for a header
 */
public record HttpOptions(
    String address,
    int port,
    boolean reusePort,
    int threads,
    int maxInputBytes,
    int maxHeaderBytes,
    int maxConnections,
    Duration readTimeout,
    Duration idleTimeout,
    Tls tls,
    ApiRestrictions restricted) {

  /**
   * PEM files.
   *
   * @param certificate chain, the server's own first
   * @param key private key, PKCS#8, not encrypted
   */
  public record Tls(Path certificate, Path key) {
    /** Requires both. */
    public Tls {
      if (certificate == null || key == null) {
        throw UnmaskException.invalid("--http-tls-cert and --http-tls-key must be given together");
      }
    }
  }

  /** Checks ranges. */
  public HttpOptions {
    range("port", port, 0, 65535);
    range("thread count", threads, 1, 1024);
    range("max input size", maxInputBytes, 1, Integer.MAX_VALUE - 64);
    range("max header size", maxHeaderBytes, 256, 1 << 24);
    range("max connections", maxConnections, 1, Integer.MAX_VALUE);
    range("read timeout in ms", readTimeout.toMillis(), 1, Integer.MAX_VALUE);
    range("idle timeout in ms", idleTimeout.toMillis(), 1, Integer.MAX_VALUE);
  }

  private static void range(String name, long value, long min, long max) {
    if (value < min || value > max) {
      throw UnmaskException.invalid(
          "HTTP " + name + "=" + value + " is not in " + min + " to " + max);
    }
  }

  /** Defaults: every address, port 8000, 64 MiB bodies. */
  public static Builder builder() {
    return new Builder();
  }

  /** Collects settings. Not thread-safe. */
  public static final class Builder {
    private String address = "0.0.0.0";
    private int port = 8000;
    private boolean reusePort;
    private int threads = Math.max(2, Runtime.getRuntime().availableProcessors());
    private int maxInputBytes = 1 << 26;
    private int maxHeaderBytes = 1 << 16;
    private int maxConnections = 4096;
    private Duration readTimeout = Duration.ofSeconds(30);
    private Duration idleTimeout = Duration.ofSeconds(75);
    private Tls tls;
    private ApiRestrictions restricted = ApiRestrictions.NONE;

    private Builder() {}

    /** {@code --http-address}. */
    public Builder address(String value) {
      address = value;
      return this;
    }

    /** {@code --http-port}. */
    public Builder port(int value) {
      port = value;
      return this;
    }

    /** {@code --reuse-http-port}. */
    public Builder reusePort(boolean value) {
      reusePort = value;
      return this;
    }

    /** {@code --http-thread-count}. */
    public Builder threads(int value) {
      threads = value;
      return this;
    }

    /** {@code --http-max-input-size}. */
    public Builder maxInputBytes(int value) {
      maxInputBytes = value;
      return this;
    }

    /** Largest header section. */
    public Builder maxHeaderBytes(int value) {
      maxHeaderBytes = value;
      return this;
    }

    /** Connections at a time. */
    public Builder maxConnections(int value) {
      maxConnections = value;
      return this;
    }

    /** Time for a request to arrive. */
    public Builder readTimeout(Duration value) {
      readTimeout = value;
      return this;
    }

    /** Time for a connection to be idle. */
    public Builder idleTimeout(Duration value) {
      idleTimeout = value;
      return this;
    }

    /** {@code --http-tls-cert} and {@code --http-tls-key}; both null for plain text. */
    public Builder tls(Path certificate, Path key) {
      tls = certificate == null && key == null ? null : new Tls(certificate, key);
      return this;
    }

    /** {@code --http-restricted-api}. */
    public Builder restricted(ApiRestrictions value) {
      restricted = value;
      return this;
    }

    /**
     * Checks and freezes.
     *
     * @throws UnmaskException INVALID_ARGUMENT for a value out of its range
     */
    public HttpOptions build() {
      return new HttpOptions(
          address,
          port,
          reusePort,
          threads,
          maxInputBytes,
          maxHeaderBytes,
          maxConnections,
          readTimeout,
          idleTimeout,
          tls,
          restricted);
    }
  }
}
