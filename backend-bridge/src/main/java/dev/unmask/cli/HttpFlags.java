package dev.unmask.cli;

import dev.unmask.server.ApiRestrictions;
import dev.unmask.server.Endpoint;
import dev.unmask.server.InferenceServer;
import dev.unmask.server.MetricsSource;
import dev.unmask.server.http.HttpFrontEnd;
import dev.unmask.server.http.HttpOptions;
import dev.unmask.server.http.HttpRoute;
import dev.unmask.server.http.MetricsFrontEnd;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** Options of the HTTP and metrics listeners, by Triton's names. */
final class HttpFlags {
  @Option(
      names = "--allow-http",
      paramLabel = "BOOL",
      arity = "0..1",
      defaultValue = "true",
      fallbackValue = "true",
      description = "serve HTTP (default: ${DEFAULT-VALUE})")
  private boolean allowed;

  @Option(
      names = "--http-address",
      paramLabel = "HOST",
      defaultValue = "0.0.0.0",
      description = "address to listen on (default: ${DEFAULT-VALUE})")
  private String address;

  @Option(
      names = "--http-port",
      paramLabel = "PORT",
      defaultValue = "8000",
      description = "port to listen on, 0 for a free one (default: ${DEFAULT-VALUE})")
  private int port;

  @Option(
      names = "--reuse-http-port",
      paramLabel = "BOOL",
      arity = "0..1",
      defaultValue = "false",
      fallbackValue = "true",
      description = "let several servers listen on the port (default: ${DEFAULT-VALUE})")
  private boolean reusePort;

  @Option(
      names = "--http-thread-count",
      paramLabel = "N",
      description = "threads that read and write (default: one per processor, two at least)")
  private Integer threads;

  @Option(
      names = "--http-max-input-size",
      paramLabel = "BYTES",
      defaultValue = "67108864",
      description = "largest request body, decompressed too (default: ${DEFAULT-VALUE})")
  private int maxInputBytes;

  @Option(
      names = "--http-restricted-api",
      paramLabel = "CATEGORIES:HEADER=VALUE",
      description = "endpoints that ask for a header; may be given several times")
  private List<String> restricted = List.of();

  @Option(
      names = "--http-tls-cert",
      paramLabel = "FILE",
      description = "certificate chain in PEM; HTTPS instead of HTTP")
  private Path tlsCertificate;

  @Option(names = "--http-tls-key", paramLabel = "FILE", description = "its private key, PKCS#8")
  private Path tlsKey;

  @Option(
      names = "--allow-metrics",
      paramLabel = "BOOL",
      arity = "0..1",
      defaultValue = "true",
      fallbackValue = "true",
      description = "serve metrics (default: ${DEFAULT-VALUE})")
  private boolean metricsAllowed;

  @Option(
      names = "--metrics-address",
      paramLabel = "HOST",
      description = "address for metrics (default: that of HTTP)")
  private String metricsAddress;

  @Option(
      names = "--metrics-port",
      paramLabel = "PORT",
      defaultValue = "8002",
      description = "port for metrics, 0 for a free one (default: ${DEFAULT-VALUE})")
  private int metricsPort;

  /**
   * The listeners that are allowed.
   *
   * @param routes served beside the KServe protocol's
   */
  List<Endpoint> create(InferenceServer server, MetricsSource metrics, List<HttpRoute> routes) {
    List<Endpoint> result = new ArrayList<>();
    if (allowed) {
      result.add(new Endpoint("HTTPService", address, new HttpFrontEnd(options(), server, routes)));
    }
    if (metricsAllowed) {
      String host = metricsAddress == null ? address : metricsAddress;
      HttpOptions options = HttpOptions.builder().address(host).port(metricsPort).build();
      result.add(new Endpoint("Metrics Service", host, new MetricsFrontEnd(options, metrics)));
    }
    return result;
  }

  private HttpOptions options() {
    HttpOptions.Builder options =
        HttpOptions.builder()
            .address(address)
            .port(port)
            .reusePort(reusePort)
            .maxInputBytes(maxInputBytes)
            .tls(tlsCertificate, tlsKey)
            .restricted(ApiRestrictions.parse("--http-restricted-api", restricted));
    return (threads == null ? options : options.threads(threads)).build();
  }
}
