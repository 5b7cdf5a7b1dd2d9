package dev.unmask.server.grpc;

import dev.unmask.protocol.CudaSharedMemoryRegisterRequest;
import dev.unmask.protocol.CudaSharedMemoryRegisterResponse;
import dev.unmask.protocol.CudaSharedMemoryStatusRequest;
import dev.unmask.protocol.CudaSharedMemoryStatusResponse;
import dev.unmask.protocol.CudaSharedMemoryUnregisterRequest;
import dev.unmask.protocol.CudaSharedMemoryUnregisterResponse;
import dev.unmask.protocol.GRPCInferenceServiceGrpc.GRPCInferenceServiceImplBase;
import dev.unmask.protocol.LogSettingsRequest;
import dev.unmask.protocol.LogSettingsResponse;
import dev.unmask.protocol.ModelConfigRequest;
import dev.unmask.protocol.ModelConfigResponse;
import dev.unmask.protocol.ModelInferRequest;
import dev.unmask.protocol.ModelInferResponse;
import dev.unmask.protocol.ModelMetadataRequest;
import dev.unmask.protocol.ModelMetadataResponse;
import dev.unmask.protocol.ModelReadyRequest;
import dev.unmask.protocol.ModelReadyResponse;
import dev.unmask.protocol.ModelStatisticsRequest;
import dev.unmask.protocol.ModelStatisticsResponse;
import dev.unmask.protocol.ModelStreamInferResponse;
import dev.unmask.protocol.RepositoryIndexRequest;
import dev.unmask.protocol.RepositoryIndexResponse;
import dev.unmask.protocol.RepositoryModelLoadRequest;
import dev.unmask.protocol.RepositoryModelLoadResponse;
import dev.unmask.protocol.RepositoryModelUnloadRequest;
import dev.unmask.protocol.RepositoryModelUnloadResponse;
import dev.unmask.protocol.ServerLiveRequest;
import dev.unmask.protocol.ServerLiveResponse;
import dev.unmask.protocol.ServerMetadataRequest;
import dev.unmask.protocol.ServerMetadataResponse;
import dev.unmask.protocol.ServerReadyRequest;
import dev.unmask.protocol.ServerReadyResponse;
import dev.unmask.protocol.SystemSharedMemoryRegisterRequest;
import dev.unmask.protocol.SystemSharedMemoryRegisterResponse;
import dev.unmask.protocol.SystemSharedMemoryStatusRequest;
import dev.unmask.protocol.SystemSharedMemoryStatusResponse;
import dev.unmask.protocol.SystemSharedMemoryUnregisterRequest;
import dev.unmask.protocol.SystemSharedMemoryUnregisterResponse;
import dev.unmask.protocol.TraceSettingRequest;
import dev.unmask.protocol.TraceSettingResponse;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import dev.unmask.server.InferenceServer;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.function.Supplier;

/** {@code inference.GRPCInferenceService}: one method per call. Any thread. */
final class InferenceService extends GRPCInferenceServiceImplBase {
  private final InferenceServer server;
  private final Admission admission;
  private final ResponseCompression compression;

  InferenceService(InferenceServer server, Admission admission, ResponseCompression compression) {
    this.server = server;
    this.admission = admission;
    this.compression = compression;
  }

  @Override
  public void serverLive(ServerLiveRequest request, StreamObserver<ServerLiveResponse> client) {
    answer(client, () -> ServerLiveResponse.newBuilder().setLive(server.isLive()).build());
  }

  @Override
  public void serverReady(ServerReadyRequest request, StreamObserver<ServerReadyResponse> client) {
    answer(
        client,
        () ->
            ServerReadyResponse.newBuilder()
                .setReady(admission.isOpen() && server.isReady())
                .build());
  }

  @Override
  public void modelReady(ModelReadyRequest request, StreamObserver<ModelReadyResponse> client) {
    answer(
        client,
        () ->
            ModelReadyResponse.newBuilder()
                .setReady(
                    server.isModelReady(request.getName(), request.getVersion())
                        && admission.isOpen())
                .build());
  }

  @Override
  public void serverMetadata(
      ServerMetadataRequest request, StreamObserver<ServerMetadataResponse> client) {
    answer(client, server::metadata);
  }

  @Override
  public void modelMetadata(
      ModelMetadataRequest request, StreamObserver<ModelMetadataResponse> client) {
    answer(client, () -> server.model(request.getName(), request.getVersion()).metadata());
  }

  @Override
  public void modelConfig(ModelConfigRequest request, StreamObserver<ModelConfigResponse> client) {
    answer(
        client,
        () ->
            ModelConfigResponse.newBuilder()
                .setConfig(server.model(request.getName(), request.getVersion()).config())
                .build());
  }

  @Override
  public void modelInfer(ModelInferRequest request, StreamObserver<ModelInferResponse> client) {
    ServerCallStreamObserver<ModelInferResponse> call =
        (ServerCallStreamObserver<ModelInferResponse>) client;
    compression.apply(call);
    try {
      admission.check();
      UnaryInference.start(
          server.model(request.getModelName(), request.getModelVersion()), request, call);
    } catch (RuntimeException e) {
      fail(client, e);
    }
  }

  @Override
  public StreamObserver<ModelInferRequest> modelStreamInfer(
      StreamObserver<ModelStreamInferResponse> client) {
    ServerCallStreamObserver<ModelStreamInferResponse> call =
        (ServerCallStreamObserver<ModelStreamInferResponse>) client;
    compression.apply(call);
    return InferenceStream.open(server, admission, call, CallInfo.current());
  }

  @Override
  public void modelStatistics(
      ModelStatisticsRequest request, StreamObserver<ModelStatisticsResponse> client) {
    answer(
        client,
        () ->
            ModelStatisticsResponse.newBuilder()
                .addAllModelStats(server.statistics(request.getName(), request.getVersion()))
                .build());
  }

  @Override
  public void repositoryIndex(
      RepositoryIndexRequest request, StreamObserver<RepositoryIndexResponse> client) {
    answer(client, () -> server.index(request.getRepositoryName(), request.getReady()));
  }

  @Override
  public void repositoryModelLoad(
      RepositoryModelLoadRequest request, StreamObserver<RepositoryModelLoadResponse> client) {
    answer(
        client,
        () -> {
          server.load(
              request.getRepositoryName(),
              request.getModelName(),
              ControlMessages.loadParameters(request.getParametersMap()));
          return RepositoryModelLoadResponse.getDefaultInstance();
        });
  }

  @Override
  public void repositoryModelUnload(
      RepositoryModelUnloadRequest request, StreamObserver<RepositoryModelUnloadResponse> client) {
    answer(
        client,
        () -> {
          server.unload(
              request.getRepositoryName(),
              request.getModelName(),
              ControlMessages.unloadDependents(request.getParametersMap()));
          return RepositoryModelUnloadResponse.getDefaultInstance();
        });
  }

  @Override
  public void traceSetting(
      TraceSettingRequest request, StreamObserver<TraceSettingResponse> client) {
    answer(
        client,
        () -> {
          String model = request.getModelName();
          if (request.getSettingsCount() > 0) {
            server.traces().update(model, ControlMessages.traceChanges(request));
          }
          return ControlMessages.traceSettings(server.traces().settings(model));
        });
  }

  @Override
  public void logSettings(LogSettingsRequest request, StreamObserver<LogSettingsResponse> client) {
    answer(
        client,
        () -> {
          if (request.getSettingsCount() > 0) {
            server.logs().update(ControlMessages.logChanges(request));
          }
          return ControlMessages.logSettings(server.logs().settings());
        });
  }

  @Override
  public void systemSharedMemoryStatus(
      SystemSharedMemoryStatusRequest request,
      StreamObserver<SystemSharedMemoryStatusResponse> client) {
    refuseSharedMemory(client);
  }

  @Override
  public void systemSharedMemoryRegister(
      SystemSharedMemoryRegisterRequest request,
      StreamObserver<SystemSharedMemoryRegisterResponse> client) {
    refuseSharedMemory(client);
  }

  @Override
  public void systemSharedMemoryUnregister(
      SystemSharedMemoryUnregisterRequest request,
      StreamObserver<SystemSharedMemoryUnregisterResponse> client) {
    refuseSharedMemory(client);
  }

  @Override
  public void cudaSharedMemoryStatus(
      CudaSharedMemoryStatusRequest request,
      StreamObserver<CudaSharedMemoryStatusResponse> client) {
    refuseSharedMemory(client);
  }

  @Override
  public void cudaSharedMemoryRegister(
      CudaSharedMemoryRegisterRequest request,
      StreamObserver<CudaSharedMemoryRegisterResponse> client) {
    refuseSharedMemory(client);
  }

  @Override
  public void cudaSharedMemoryUnregister(
      CudaSharedMemoryUnregisterRequest request,
      StreamObserver<CudaSharedMemoryUnregisterResponse> client) {
    refuseSharedMemory(client);
  }

  private static void refuseSharedMemory(StreamObserver<?> client) {
    fail(
        client,
        new UnmaskException(
            ErrorCode.UNSUPPORTED,
            "shared memory is not supported by this server, send tensors in the request"));
  }

  private static <T> void answer(StreamObserver<T> client, Supplier<T> response) {
    T message;
    try {
      message = response.get();
    } catch (RuntimeException e) {
      fail(client, e);
      return;
    }
    client.onNext(message);
    client.onCompleted();
  }

  private static void fail(StreamObserver<?> client, RuntimeException e) {
    client.onError(GrpcErrors.exception(GrpcErrors.caught(e, CallInfo.current().requestId())));
  }
}
