package dev.unmask.server.http;

import dev.unmask.server.FrontEnd;
import dev.unmask.server.InferenceServer;
import java.util.ArrayList;
import java.util.List;

/**
 * The KServe protocol over HTTP/1.1, and whatever other routes are given. Any thread; handlers run
 * on event loops, so what they call must not block.
 */
public final class HttpFrontEnd implements FrontEnd {
  private final Workers workers = new Workers();
  private final Router router;
  private final NettyHttpServer server;
  private volatile boolean draining;

  /**
   * @param options where to listen, and limits
   * @param server what is served
   * @param routes further routes; those of the KServe protocol are tried first
   */
  public HttpFrontEnd(HttpOptions options, InferenceServer server, List<HttpRoute> routes) {
    List<Endpoint> endpoints =
        new ArrayList<>(KServeApi.endpoints(server, workers, options, () -> draining));
    endpoints.addAll(Router.endpoints(routes, workers));
    router = new Router(endpoints, options.restricted());
    this.server = new NettyHttpServer(name(), options, router);
  }

  @Override
  public String name() {
    return "HTTP";
  }

  @Override
  public void start() {
    server.start();
  }

  @Override
  public int port() {
    return server.port();
  }

  @Override
  public void drain() {
    draining = true;
    router.drain();
    server.drain();
  }

  @Override
  public void close() {
    server.close();
    workers.close();
  }
}
