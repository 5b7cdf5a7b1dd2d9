package dev.unmask.server.grpc;

import dev.unmask.scheduler.UnmaskException;
import dev.unmask.server.ApiRestrictions;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Command line options of the gRPC front end, with Triton's names and defaults. */
public final class GrpcOptions {
  @Option(
      names = "--allow-grpc",
      paramLabel = "BOOL",
      arity = "0..1",
      defaultValue = "true",
      fallbackValue = "true",
      description = "serve gRPC (default: ${DEFAULT-VALUE})")
  private boolean allowed;

  @Option(
      names = "--grpc-address",
      paramLabel = "HOST",
      defaultValue = "0.0.0.0",
      description = "address to listen on (default: ${DEFAULT-VALUE})")
  private String address;

  @Option(
      names = "--grpc-port",
      paramLabel = "PORT",
      defaultValue = "8001",
      description = "port to listen on, 0 for a free one (default: ${DEFAULT-VALUE})")
  private int port;

  @Option(
      names = "--reuse-grpc-port",
      paramLabel = "BOOL",
      arity = "0..1",
      defaultValue = "false",
      fallbackValue = "true",
      description = "let several servers listen on the port (default: ${DEFAULT-VALUE})")
  private boolean reusePort;

  @Option(
      names = "--grpc-infer-thread-count",
      paramLabel = "N",
      defaultValue = "2",
      description = "threads that read inference requests (default: ${DEFAULT-VALUE})")
  private int inferThreads;

  @Option(
      names = "--grpc-infer-response-compression-level",
      paramLabel = "LEVEL",
      defaultValue = "none",
      description =
          "none, low, medium or high, for inference responses (default: ${DEFAULT-VALUE})")
  private String compression;

  @Option(
      names = "--grpc-max-request-bytes",
      paramLabel = "N",
      defaultValue = "2147483647",
      description = "largest request message, decompressed (default: ${DEFAULT-VALUE})")
  private int maxRequestBytes;

  @Option(
      names = "--grpc-restricted-protocol",
      paramLabel = "PROTOCOLS:KEY=VALUE",
      description =
          "let only those use these protocols who send the metadata entry"
              + " triton-grpc-protocol-KEY with that value; can be repeated; protocols: health,"
              + " metadata, inference, shared-memory, model-config, model-repository, statistics,"
              + " trace, logging")
  private List<String> restricted = List.of();

  @Option(
      names = "--grpc-reflection",
      paramLabel = "BOOL",
      arity = "0..1",
      defaultValue = "false",
      fallbackValue = "true",
      description = "answer server reflection (default: ${DEFAULT-VALUE})")
  private boolean reflection;

  @Mixin private final GrpcTlsOptions tls = new GrpcTlsOptions();

  @Mixin private final GrpcConnectionOptions connections = new GrpcConnectionOptions();

  /** Whether there is to be a gRPC front end at all. */
  public boolean isAllowed() {
    return allowed;
  }

  public String address() {
    return address;
  }

  int port() {
    return inRange("--grpc-port", port, 0, 65535);
  }

  boolean reusePort() {
    return reusePort;
  }

  int inferThreads() {
    return inRange("--grpc-infer-thread-count", inferThreads, 1, 128);
  }

  ResponseCompression compression() {
    return ResponseCompression.of(compression);
  }

  int maxRequestBytes() {
    return inRange("--grpc-max-request-bytes", maxRequestBytes, 1, Integer.MAX_VALUE);
  }

  RestrictedProtocols restricted() {
    return new RestrictedProtocols(ApiRestrictions.parse("--grpc-restricted-protocol", restricted));
  }

  boolean reflection() {
    return reflection;
  }

  GrpcTlsOptions tls() {
    return tls;
  }

  GrpcConnectionOptions connections() {
    return connections;
  }

  private static int inRange(String flag, int value, int minimum, int maximum) {
    if (value < minimum || value > maximum) {
      throw UnmaskException.invalid(
          flag + "=" + value + " is not between " + minimum + " and " + maximum);
    }
    return value;
  }
}
