package dev.unmask.it;

import dev.unmask.model.EngineModelLoader;
import dev.unmask.model.ModelSettings;
import dev.unmask.server.ApiRestrictions;
import dev.unmask.server.ControlMode;
import dev.unmask.server.RegistryConfig;
import dev.unmask.server.UnmaskServer;
import dev.unmask.server.http.ErrorStyle;
import dev.unmask.server.http.HttpFrontEnd;
import dev.unmask.server.http.HttpOptions;
import dev.unmask.server.http.HttpRoute;
import dev.unmask.server.log.LogSettings;
import dev.unmask.server.log.ServerLog;
import dev.unmask.server.metrics.MetricsConfig;
import dev.unmask.server.metrics.ServerMetrics;
import dev.unmask.server.page.PageHandler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The bundled models and the page, served on free loopback ports. */
final class PageServer implements AutoCloseable {
  private static final LogSettings QUIET = new LogSettings("", false, false, false, 0, false);

  private final EngineModelLoader loader = new EngineModelLoader();
  private final ServerLog log = ServerLog.open(QUIET, System.err);
  private final List<HttpFrontEnd> frontEnds = new ArrayList<>();
  private final UnmaskServer server;

  PageServer() {
    RegistryConfig registry =
        new RegistryConfig(
            List.of(BundledModelFixture.repository()),
            ControlMode.NONE,
            List.of(),
            Duration.ofSeconds(15),
            2,
            0,
            ModelSettings.DEFAULT);
    server =
        new UnmaskServer(registry, loader, new ServerMetrics(MetricsConfig.DEFAULT), log, true);
    server.start();
  }

  /**
   * Opens another port.
   *
   * @param restricted groups as of {@code --http-restricted-api}
   * @return the address of its page
   */
  String open(String... restricted) {
    HttpOptions options =
        HttpOptions.builder()
            .address("127.0.0.1")
            .port(0)
            .restricted(ApiRestrictions.parse("--http-restricted-api", List.of(restricted)))
            .build();
    HttpRoute page = new HttpRoute("GET", "/", false, null, ErrorStyle.TRITON, new PageHandler());
    HttpFrontEnd frontEnd = new HttpFrontEnd(options, server, List.of(page));
    frontEnds.add(frontEnd);
    frontEnd.start();
    return "http://127.0.0.1:" + frontEnd.port() + "/";
  }

  /** Requests in progress. */
  int activeRequests() {
    return server.activeRequests();
  }

  /** Requests to a model that ended well. */
  long successes(String model) {
    return server.statistics(model, "").get(0).getInferenceStats().getSuccess().getCount();
  }

  /** Requests to a model that did not end well; cancelled ones are among them. */
  long failures(String model) {
    return server.statistics(model, "").get(0).getInferenceStats().getFail().getCount();
  }

  @Override
  public void close() {
    frontEnds.forEach(HttpFrontEnd::close);
    server.close();
    loader.close();
    log.close();
  }
}
