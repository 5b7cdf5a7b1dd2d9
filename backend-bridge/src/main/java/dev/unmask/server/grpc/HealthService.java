package dev.unmask.server.grpc;

import dev.unmask.protocol.GRPCInferenceServiceGrpc;
import dev.unmask.server.InferenceServer;
import io.grpc.Status;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.stub.StreamObserver;

/** {@code grpc.health.v1.Health}: Check, as Triton has it. Watch is UNIMPLEMENTED. Any thread. */
final class HealthService extends HealthGrpc.HealthImplBase {
  private final InferenceServer server;
  private final Admission admission;

  HealthService(InferenceServer server, Admission admission) {
    this.server = server;
    this.admission = admission;
  }

  /** The whole server and the inference service are known; both follow the server's readiness. */
  @Override
  public void check(HealthCheckRequest request, StreamObserver<HealthCheckResponse> client) {
    String service = request.getService();
    if (!service.isEmpty() && !service.equals(GRPCInferenceServiceGrpc.SERVICE_NAME)) {
      client.onError(
          Status.NOT_FOUND.withDescription("unknown service '" + service + "'").asException());
      return;
    }
    boolean ready = admission.isOpen() && server.isReady();
    client.onNext(
        HealthCheckResponse.newBuilder()
            .setStatus(ready ? ServingStatus.SERVING : ServingStatus.NOT_SERVING)
            .build());
    client.onCompleted();
  }
}
