package dev.unmask.server.http;

import dev.unmask.server.ApiRestrictions;
import dev.unmask.server.FrontEnd;
import dev.unmask.server.MetricsSource;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** {@code /metrics} on a port of its own. Any thread. */
public final class MetricsFrontEnd implements FrontEnd {
  private static final String CONTENT_TYPE = "text/plain; charset=utf-8";

  private final Workers workers = new Workers();
  private final NettyHttpServer server;

  /**
   * @param options where to listen, and limits; restrictions do not apply
   * @param source what is answered
   */
  public MetricsFrontEnd(HttpOptions options, MetricsSource source) {
    PathHandler scrape =
        (exchange, groups) ->
            workers.control(
                exchange, () -> exchange.respond(200, CONTENT_TYPE, Map.of(), source.scrape()));
    Endpoint metrics =
        new Endpoint(Pattern.compile("/metrics/?"), null, ErrorStyle.TRITON, Map.of("GET", scrape));
    Router router = new Router(List.of(metrics), ApiRestrictions.NONE);
    server = new NettyHttpServer(name(), options, router);
  }

  @Override
  public String name() {
    return "Metrics";
  }

  @Override
  public void start() {
    server.start();
  }

  @Override
  public int port() {
    return server.port();
  }

  /** Goes on: metrics are wanted to the last. */
  @Override
  public void drain() {}

  @Override
  public void close() {
    server.close();
    workers.close();
  }
}
