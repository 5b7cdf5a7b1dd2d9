package dev.unmask.server.grpc;

import dev.unmask.scheduler.UnmaskException;
import io.grpc.netty.NettyServerBuilder;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Option;

/**
 * Options of keepalive and of how long a connection lives, with Triton's names and defaults. Times
 * are in milliseconds.
 */
final class GrpcConnectionOptions {
  private static final int PING_STRIKES = 2;

  @Option(
      names = "--grpc-keepalive-time",
      paramLabel = "MS",
      defaultValue = "7200000",
      description = "ping a silent client after that long (default: ${DEFAULT-VALUE})")
  private long keepAliveTime;

  @Option(
      names = "--grpc-keepalive-timeout",
      paramLabel = "MS",
      defaultValue = "20000",
      description = "how long a client has to answer a ping (default: ${DEFAULT-VALUE})")
  private long keepAliveTimeout;

  @Option(
      names = "--grpc-keepalive-permit-without-calls",
      paramLabel = "BOOL",
      arity = "0..1",
      defaultValue = "false",
      fallbackValue = "true",
      description =
          "whether clients may ping without a call in progress (default: ${DEFAULT-VALUE})")
  private boolean permitWithoutCalls;

  @Option(
      names = "--grpc-http2-max-pings-without-data",
      paramLabel = "N",
      defaultValue = "2",
      description =
          "taken for compatibility: this server sends pings by --grpc-keepalive-time only"
              + " (default: ${DEFAULT-VALUE})")
  private int maxPingsWithoutData;

  @Option(
      names = "--grpc-http2-min-recv-ping-interval-without-data",
      paramLabel = "MS",
      defaultValue = "300000",
      description = "clients that ping more often get strikes (default: ${DEFAULT-VALUE})")
  private long minPingInterval;

  @Option(
      names = "--grpc-http2-max-ping-strikes",
      paramLabel = "N",
      defaultValue = "2",
      description =
          "strikes before a connection is closed: 2, or 0 for any number (default:"
              + " ${DEFAULT-VALUE})")
  private int maxPingStrikes;

  @Option(
      names = "--grpc-max-connection-age",
      paramLabel = "MS",
      description = "end connections after that long (default: never)")
  private Long maxAge;

  @Option(
      names = "--grpc-max-connection-age-grace",
      paramLabel = "MS",
      description = "how long calls may go on after that (default: as long as they take)")
  private Long maxAgeGrace;

  /**
   * Sets up a server.
   *
   * @throws UnmaskException INVALID_ARGUMENT for a value that is out of range
   */
  void apply(NettyServerBuilder builder) {
    require("--grpc-keepalive-time", keepAliveTime, 1);
    require("--grpc-keepalive-timeout", keepAliveTimeout, 1);
    require("--grpc-http2-max-pings-without-data", maxPingsWithoutData, 0);
    require("--grpc-http2-min-recv-ping-interval-without-data", minPingInterval, 0);
    if (maxPingStrikes != PING_STRIKES && maxPingStrikes != 0) {
      throw UnmaskException.invalid(
          "--grpc-http2-max-ping-strikes=" + maxPingStrikes + " is neither 2 nor 0");
    }
    boolean anyPings = maxPingStrikes == 0;
    builder
        .keepAliveTime(keepAliveTime, TimeUnit.MILLISECONDS)
        .keepAliveTimeout(keepAliveTimeout, TimeUnit.MILLISECONDS)
        .permitKeepAliveWithoutCalls(permitWithoutCalls || anyPings)
        .permitKeepAliveTime(anyPings ? 0 : minPingInterval, TimeUnit.MILLISECONDS);
    if (maxAge != null) {
      require("--grpc-max-connection-age", maxAge, 1);
      builder.maxConnectionAge(maxAge, TimeUnit.MILLISECONDS);
    }
    if (maxAgeGrace != null) {
      require("--grpc-max-connection-age-grace", maxAgeGrace, 0);
      builder.maxConnectionAgeGrace(maxAgeGrace, TimeUnit.MILLISECONDS);
    }
  }

  private static void require(String flag, long value, long minimum) {
    if (value < minimum) {
      throw UnmaskException.invalid(flag + "=" + value + " is less than " + minimum);
    }
  }
}
