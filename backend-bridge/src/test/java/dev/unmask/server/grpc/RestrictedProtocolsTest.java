package dev.unmask.server.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unmask.protocol.GRPCInferenceServiceGrpc;
import dev.unmask.protocol.ModelConfigRequest;
import dev.unmask.protocol.RepositoryIndexRequest;
import dev.unmask.protocol.ServerLiveRequest;
import dev.unmask.protocol.ServerMetadataRequest;
import dev.unmask.server.ApiCategory;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthGrpc;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RestrictedProtocolsTest {
  private static final String ADMIN =
      "This protocol is restricted, expecting header 'triton-grpc-protocol-admin-key'";
  private static final String INFER =
      "This protocol is restricted, expecting header 'triton-grpc-protocol-infer-key'";

  @Test
  void restricted_withoutOrWithWrongValue_isUnavailable() throws Exception {
    try (GrpcFixture grpc =
        GrpcFixture.start(
            "--grpc-restricted-protocol=model-repository,model-config,health:admin-key=s=1",
            "--grpc-restricted-protocol=inference:infer-key=v")) {
      var stub = grpc.blocking();
      GrpcFixture.assertFails(
          Status.Code.UNAVAILABLE,
          ADMIN,
          () -> stub.repositoryIndex(RepositoryIndexRequest.getDefaultInstance()));
      GrpcFixture.assertFails(
          Status.Code.UNAVAILABLE,
          ADMIN,
          () ->
              stub.withInterceptors(GrpcFixture.metadata("triton-grpc-protocol-admin-key", "s=2"))
                  .modelConfig(ModelConfigRequest.newBuilder().setName("single").build()));
      GrpcFixture.assertFails(
          Status.Code.UNAVAILABLE,
          ADMIN,
          () ->
              HealthGrpc.newBlockingStub(grpc.channel)
                  .withDeadlineAfter(GrpcFixture.TIMEOUT_SECONDS, TimeUnit.SECONDS)
                  .check(HealthCheckRequest.getDefaultInstance()));
      GrpcFixture.assertFails(
          Status.Code.UNAVAILABLE,
          INFER,
          () ->
              stub.withInterceptors(GrpcFixture.metadata("triton-grpc-protocol-admin-key", "s=1"))
                  .modelInfer(GrpcFixture.request("single", "")));
      Status end = StreamClient.open(grpc.async()).end();
      assertEquals(Status.Code.UNAVAILABLE, end.getCode());
      assertEquals(INFER, end.getDescription());
      assertFalse(grpc.server.single.hasRequest());
      assertEquals(List.of(), grpc.server.actions);
    }
  }

  @Test
  void restricted_withValue_passes() throws Exception {
    try (GrpcFixture grpc =
        GrpcFixture.start("--grpc-restricted-protocol=inference,health:Key=value")) {
      var interceptor = GrpcFixture.metadata("triton-grpc-protocol-key", "value");
      assertTrue(
          grpc.blocking()
              .withInterceptors(interceptor)
              .serverLive(ServerLiveRequest.getDefaultInstance())
              .getLive());
      StreamClient client =
          StreamClient.open(grpc.async().withInterceptors(interceptor)).send("decoupled", "a");
      grpc.server.decoupled.next().respond("1", true);
      client.expect("a", "1", true);
      assertEquals(
          "fake",
          grpc.blocking().serverMetadata(ServerMetadataRequest.getDefaultInstance()).getName());
    }
  }

  @Test
  void category_everyCall_hasTheOneOfTriton() {
    Map<ApiCategory, TreeSet<String>> methods = new EnumMap<>(ApiCategory.class);
    List<MethodDescriptor<?, ?>> all =
        new ArrayList<>(GRPCInferenceServiceGrpc.getServiceDescriptor().getMethods());
    all.add(HealthGrpc.getCheckMethod());
    for (MethodDescriptor<?, ?> method : all) {
      methods
          .computeIfAbsent(CallCategories.of(method), c -> new TreeSet<>())
          .add(method.getBareMethodName());
    }
    assertEquals(
        "{HEALTH=[Check, ModelReady, ServerLive, ServerReady],"
            + " METADATA=[ModelMetadata, ServerMetadata],"
            + " INFERENCE=[ModelInfer, ModelStreamInfer],"
            + " SHARED_MEMORY=[CudaSharedMemoryRegister, CudaSharedMemoryStatus,"
            + " CudaSharedMemoryUnregister, SystemSharedMemoryRegister, SystemSharedMemoryStatus,"
            + " SystemSharedMemoryUnregister],"
            + " MODEL_CONFIG=[ModelConfig],"
            + " MODEL_REPOSITORY=[RepositoryIndex, RepositoryModelLoad, RepositoryModelUnload],"
            + " STATISTICS=[ModelStatistics],"
            + " TRACE=[TraceSetting],"
            + " LOGGING=[LogSettings]}",
        methods.toString());
  }
}
