package dev.unmask.cli;

import dev.unmask.server.Endpoint;
import dev.unmask.server.InferenceServer;
import dev.unmask.server.MetricsSource;
import dev.unmask.server.grpc.GrpcFrontEnd;
import dev.unmask.server.grpc.GrpcOptions;
import dev.unmask.server.http.ErrorStyle;
import dev.unmask.server.http.HttpRoute;
import dev.unmask.server.openai.OpenAiApi;
import dev.unmask.server.page.PageHandler;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Mixin;

/** Options of the protocols that a server speaks. */
final class EndpointOptions implements Endpoints {
  @Mixin private final HttpFlags http = new HttpFlags();
  @Mixin private final GrpcOptions grpc = new GrpcOptions();

  @Override
  public List<Endpoint> create(InferenceServer server, MetricsSource metrics) {
    List<Endpoint> result = new ArrayList<>();
    if (grpc.isAllowed()) {
      result.add(
          new Endpoint("GRPCInferenceService", grpc.address(), new GrpcFrontEnd(grpc, server)));
    }
    List<HttpRoute> routes = new ArrayList<>(new OpenAiApi(server).routes());
    routes.add(page());
    result.addAll(http.create(server, metrics, routes));
    return result;
  }

  private static HttpRoute page() {
    return new HttpRoute("GET", "/", false, null, ErrorStyle.TRITON, new PageHandler());
  }
}
