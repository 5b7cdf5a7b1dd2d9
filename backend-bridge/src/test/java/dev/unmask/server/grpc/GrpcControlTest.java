package dev.unmask.server.grpc;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.unmask.protocol.CudaSharedMemoryRegisterRequest;
import dev.unmask.protocol.CudaSharedMemoryStatusRequest;
import dev.unmask.protocol.CudaSharedMemoryUnregisterRequest;
import dev.unmask.protocol.LogSettingsRequest;
import dev.unmask.protocol.LogSettingsResponse;
import dev.unmask.protocol.ModelConfigRequest;
import dev.unmask.protocol.ModelMetadataRequest;
import dev.unmask.protocol.ModelReadyRequest;
import dev.unmask.protocol.ModelRepositoryParameter;
import dev.unmask.protocol.ModelStatisticsRequest;
import dev.unmask.protocol.RepositoryIndexRequest;
import dev.unmask.protocol.RepositoryModelLoadRequest;
import dev.unmask.protocol.RepositoryModelUnloadRequest;
import dev.unmask.protocol.ServerLiveRequest;
import dev.unmask.protocol.ServerMetadataRequest;
import dev.unmask.protocol.ServerReadyRequest;
import dev.unmask.protocol.SystemSharedMemoryRegisterRequest;
import dev.unmask.protocol.SystemSharedMemoryStatusRequest;
import dev.unmask.protocol.SystemSharedMemoryUnregisterRequest;
import dev.unmask.protocol.TraceSettingRequest;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class GrpcControlTest {
  private GrpcFixture grpc;

  @BeforeEach
  void start() {
    grpc = GrpcFixture.start();
  }

  @AfterEach
  void stop() {
    grpc.close();
  }

  @Test
  void serverLive_followsServer() {
    assertTrue(grpc.blocking().serverLive(ServerLiveRequest.getDefaultInstance()).getLive());
    grpc.server.live = false;
    assertFalse(grpc.blocking().serverLive(ServerLiveRequest.getDefaultInstance()).getLive());
  }

  @Test
  void serverReady_followsServer() {
    assertTrue(grpc.blocking().serverReady(ServerReadyRequest.getDefaultInstance()).getReady());
    grpc.server.ready = false;
    assertFalse(grpc.blocking().serverReady(ServerReadyRequest.getDefaultInstance()).getReady());
  }

  @Test
  void modelReady_followsModel() {
    assertTrue(modelReady("single"));
    assertFalse(modelReady("loading"));
    GrpcFixture.assertFails(
        Status.Code.NOT_FOUND,
        "Request for unknown model: 'nope' is not found",
        () -> modelReady("nope"));
  }

  private boolean modelReady(String model) {
    return grpc.blocking()
        .modelReady(ModelReadyRequest.newBuilder().setName(model).build())
        .getReady();
  }

  @Test
  void serverMetadata_isTheServers() {
    assertEquals(
        grpc.server.metadata(),
        grpc.blocking().serverMetadata(ServerMetadataRequest.getDefaultInstance()));
  }

  @Test
  void modelMetadata_knownModel_isTheModels() {
    ModelMetadataRequest request = ModelMetadataRequest.newBuilder().setName("single").build();
    assertEquals(grpc.server.single.metadata(), grpc.blocking().modelMetadata(request));
  }

  @Test
  void modelMetadata_modelNotReady_isUnavailable() {
    ModelMetadataRequest request = ModelMetadataRequest.newBuilder().setName("loading").build();
    GrpcFixture.assertFails(
        Status.Code.UNAVAILABLE,
        "Request for unknown model: 'loading' has no available versions",
        () -> grpc.blocking().modelMetadata(request));
  }

  @Test
  void modelMetadata_faultOfTheServer_isInternalAndSaysNothingOfIt() {
    ModelMetadataRequest request =
        ModelMetadataRequest.newBuilder().setName("single").setVersion("99").build();
    GrpcFixture.assertFails(
        Status.Code.INTERNAL,
        "internal error, see the log for request id id-1",
        () ->
            grpc.blocking()
                .withInterceptors(GrpcFixture.metadata("x-request-id", "id-1"))
                .modelMetadata(request));
  }

  @Test
  void modelConfig_isTheModels() {
    ModelConfigRequest request = ModelConfigRequest.newBuilder().setName("decoupled").build();
    assertEquals(grpc.server.decoupled.config(), grpc.blocking().modelConfig(request).getConfig());
  }

  @Test
  void modelStatistics_withAndWithoutName_areTheServers() {
    ModelStatisticsRequest all = ModelStatisticsRequest.getDefaultInstance();
    assertEquals(
        grpc.server.statistics("", ""), grpc.blocking().modelStatistics(all).getModelStatsList());
    ModelStatisticsRequest one = ModelStatisticsRequest.newBuilder().setName("single").build();
    assertEquals(
        grpc.server.statistics("single", ""),
        grpc.blocking().modelStatistics(one).getModelStatsList());
  }

  @Test
  void repositoryIndex_passesRequestOn() {
    RepositoryIndexRequest request =
        RepositoryIndexRequest.newBuilder().setRepositoryName("r").setReady(true).build();
    assertEquals(1, grpc.blocking().repositoryIndex(request).getModelsCount());
    assertEquals(List.of("index 'r' true"), grpc.server.actions);
  }

  @Test
  void repositoryModelLoad_passesConfigAndFilesOn() {
    RepositoryModelLoadRequest request =
        RepositoryModelLoadRequest.newBuilder()
            .setRepositoryName("r")
            .setModelName("m")
            .putParameters("config", text("{}"))
            .putParameters(
                "file:1/model.onnx",
                ModelRepositoryParameter.newBuilder()
                    .setBytesParam(ByteString.copyFrom(new byte[] {1, 2}))
                    .build())
            .build();
    grpc.blocking().repositoryModelLoad(request);
    assertEquals(List.of("load 'r' m"), grpc.server.actions);
    assertEquals("{}", grpc.server.loadParameters.get("config"));
    assertArrayEquals(
        new byte[] {1, 2}, (byte[]) grpc.server.loadParameters.get("file:1/model.onnx"));
  }

  @Test
  void repositoryModelLoad_failure_isTold() {
    RepositoryModelLoadRequest request =
        RepositoryModelLoadRequest.newBuilder().setModelName("broken").build();
    GrpcFixture.assertFails(
        Status.Code.INVALID_ARGUMENT,
        "failed to load 'broken'",
        () -> grpc.blocking().repositoryModelLoad(request));
  }

  @Test
  void repositoryModelLoad_wrongParameters_areRefused() {
    assertLoadRefused(
        "config", bool(), "invalid value type for load parameter 'config', expected string_param.");
    assertLoadRefused(
        "file:1/a",
        text("x"),
        "invalid value type for load parameter 'file:1/a', expected bytes_param.");
    assertLoadRefused("other", text("x"), "unrecognized load parameter 'other'.");
    assertEquals(List.of(), grpc.server.actions);
  }

  private void assertLoadRefused(String name, ModelRepositoryParameter value, String message) {
    RepositoryModelLoadRequest request =
        RepositoryModelLoadRequest.newBuilder()
            .setModelName("m")
            .putParameters(name, value)
            .build();
    GrpcFixture.assertFails(
        Status.Code.INVALID_ARGUMENT, message, () -> grpc.blocking().repositoryModelLoad(request));
  }

  @Test
  void repositoryModelUnload_passesRequestOn() {
    RepositoryModelUnloadRequest request =
        RepositoryModelUnloadRequest.newBuilder().setModelName("m").build();
    grpc.blocking().repositoryModelUnload(request);
    grpc.blocking()
        .repositoryModelUnload(
            request.toBuilder().putParameters("unload_dependents", bool()).build());
    assertEquals(List.of("unload '' m false", "unload '' m true"), grpc.server.actions);
    GrpcFixture.assertFails(
        Status.Code.INVALID_ARGUMENT,
        "invalid value type for 'unload_dependents' parameter, expected bool_param.",
        () ->
            grpc.blocking()
                .repositoryModelUnload(
                    request.toBuilder().putParameters("unload_dependents", text("x")).build()));
  }

  private static ModelRepositoryParameter text(String value) {
    return ModelRepositoryParameter.newBuilder().setStringParam(value).build();
  }

  private static ModelRepositoryParameter bool() {
    return ModelRepositoryParameter.newBuilder().setBoolParam(true).build();
  }

  @Test
  void traceSetting_updatesAndAnswersWithSettingsInForce() {
    TraceSettingRequest request =
        TraceSettingRequest.newBuilder()
            .setModelName("m")
            .putSettings(
                "trace_rate", TraceSettingRequest.SettingValue.newBuilder().addValue("5").build())
            .build();
    var settings = grpc.blocking().traceSetting(request).getSettingsMap();
    assertEquals(List.of("5"), settings.get("trace_rate").getValueList());
    assertEquals(List.of("OFF"), settings.get("trace_level").getValueList());
    assertEquals(List.of("trace update 'm'", "trace settings 'm'"), grpc.server.actions);
  }

  @Test
  void traceSetting_withoutSettings_changesNothing() {
    grpc.blocking().traceSetting(TraceSettingRequest.getDefaultInstance());
    assertEquals(List.of("trace settings ''"), grpc.server.actions);
  }

  @Test
  void logSettings_updateAndAnswerWithSettingsInForce() {
    LogSettingsRequest request =
        LogSettingsRequest.newBuilder()
            .putSettings("log_verbose_level", log().setUint32Param(2).build())
            .putSettings("log_info", log().setBoolParam(false).build())
            .putSettings("log_file", log().setStringParam("a.log").build())
            .build();
    var settings = grpc.blocking().logSettings(request).getSettingsMap();
    assertEquals(
        LogSettingsResponse.SettingValue.newBuilder().setUint32Param(2).build(),
        settings.get("log_verbose_level"));
    assertEquals(
        LogSettingsResponse.SettingValue.newBuilder().setBoolParam(false).build(),
        settings.get("log_info"));
    assertEquals("a.log", settings.get("log_file").getStringParam());
    assertEquals("default", settings.get("log_format").getStringParam());
  }

  @Test
  void logSettings_unusableValues_areRefused() {
    assertLogRefused(log(), "log setting 'log_verbose_level' has no value");
    assertLogRefused(
        log().setUint32Param(-1), "log setting 'log_verbose_level' is too large: 4294967295");
  }

  private void assertLogRefused(LogSettingsRequest.SettingValue.Builder value, String message) {
    LogSettingsRequest request =
        LogSettingsRequest.newBuilder().putSettings("log_verbose_level", value.build()).build();
    GrpcFixture.assertFails(
        Status.Code.INVALID_ARGUMENT, message, () -> grpc.blocking().logSettings(request));
  }

  private static LogSettingsRequest.SettingValue.Builder log() {
    return LogSettingsRequest.SettingValue.newBuilder();
  }

  @Test
  void sharedMemory_anyCall_isUnimplemented() {
    var stub = grpc.blocking();
    List<Supplier<Object>> calls =
        List.of(
            () ->
                stub.systemSharedMemoryStatus(SystemSharedMemoryStatusRequest.getDefaultInstance()),
            () ->
                stub.systemSharedMemoryRegister(
                    SystemSharedMemoryRegisterRequest.getDefaultInstance()),
            () ->
                stub.systemSharedMemoryUnregister(
                    SystemSharedMemoryUnregisterRequest.getDefaultInstance()),
            () -> stub.cudaSharedMemoryStatus(CudaSharedMemoryStatusRequest.getDefaultInstance()),
            () ->
                stub.cudaSharedMemoryRegister(CudaSharedMemoryRegisterRequest.getDefaultInstance()),
            () ->
                stub.cudaSharedMemoryUnregister(
                    CudaSharedMemoryUnregisterRequest.getDefaultInstance()));
    for (Supplier<Object> call : calls) {
      GrpcFixture.assertFails(
          Status.Code.UNIMPLEMENTED,
          "shared memory is not supported by this server, send tensors in the request",
          call::get);
    }
  }

  @Test
  void healthCheck_followsServer() {
    for (String service : List.of("", "inference.GRPCInferenceService")) {
      grpc.server.ready = true;
      assertEquals(ServingStatus.SERVING, health(service));
      grpc.server.ready = false;
      assertEquals(ServingStatus.NOT_SERVING, health(service));
    }
  }

  @Test
  void healthCheck_unknownService_isNotFound() {
    GrpcFixture.assertFails(Status.Code.NOT_FOUND, "unknown service 'nope'", () -> health("nope"));
  }

  @Test
  void healthWatch_isUnimplemented() {
    var responses =
        HealthGrpc.newBlockingStub(grpc.channel)
            .withDeadlineAfter(GrpcFixture.TIMEOUT_SECONDS, TimeUnit.SECONDS)
            .watch(HealthCheckRequest.getDefaultInstance());
    assertEquals(
        Status.Code.UNIMPLEMENTED,
        assertThrows(StatusRuntimeException.class, responses::hasNext).getStatus().getCode());
  }

  private ServingStatus health(String service) {
    return HealthGrpc.newBlockingStub(grpc.channel)
        .withDeadlineAfter(GrpcFixture.TIMEOUT_SECONDS, TimeUnit.SECONDS)
        .check(HealthCheckRequest.newBuilder().setService(service).build())
        .getStatus();
  }
}
