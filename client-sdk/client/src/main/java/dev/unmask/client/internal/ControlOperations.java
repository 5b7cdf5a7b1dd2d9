package dev.unmask.client.internal;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import dev.unmask.client.ModelConfig;
import dev.unmask.client.ModelMetadata;
import dev.unmask.client.ModelStatistics;
import dev.unmask.client.RepositoryModel;
import dev.unmask.client.ServerMetadata;
import dev.unmask.client.internal.ControlOperation.GrpcForm;
import dev.unmask.client.internal.ControlOperation.HttpForm;
import dev.unmask.protocol.GRPCInferenceServiceGrpc;
import dev.unmask.protocol.ModelConfigRequest;
import dev.unmask.protocol.ModelMetadataRequest;
import dev.unmask.protocol.ModelReadyRequest;
import dev.unmask.protocol.ModelReadyResponse;
import dev.unmask.protocol.ModelRepositoryParameter;
import dev.unmask.protocol.ModelStatisticsRequest;
import dev.unmask.protocol.RepositoryIndexRequest;
import dev.unmask.protocol.RepositoryModelLoadRequest;
import dev.unmask.protocol.RepositoryModelUnloadRequest;
import dev.unmask.protocol.ServerLiveRequest;
import dev.unmask.protocol.ServerLiveResponse;
import dev.unmask.protocol.ServerMetadataRequest;
import dev.unmask.protocol.ServerReadyRequest;
import dev.unmask.protocol.ServerReadyResponse;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** All control operations. */
public final class ControlOperations {
  private static final byte[] NO_BODY = {};
  private static final String UNLOAD_DEPENDENTS = "unload_dependents";

  private ControlOperations() {}

  /** Whether the server lives. */
  public static Operation<Boolean> serverLive() {
    return new ControlOperation<>(
        "server_live",
        "",
        new GrpcForm<>(
            GRPCInferenceServiceGrpc.getServerLiveMethod(),
            ServerLiveRequest.getDefaultInstance(),
            ServerLiveResponse::getLive),
        health("/v2/health/live"));
  }

  /** Whether the server takes requests. */
  public static Operation<Boolean> serverReady() {
    return new ControlOperation<>(
        "server_ready",
        "",
        new GrpcForm<>(
            GRPCInferenceServiceGrpc.getServerReadyMethod(),
            ServerReadyRequest.getDefaultInstance(),
            ServerReadyResponse::getReady),
        health("/v2/health/ready"));
  }

  /** Whether a model takes requests. */
  public static Operation<Boolean> modelReady(String name, String version) {
    return new ControlOperation<>(
        "model_ready",
        name,
        new GrpcForm<>(
            GRPCInferenceServiceGrpc.getModelReadyMethod(),
            ModelReadyRequest.newBuilder().setName(name).setVersion(version).build(),
            ModelReadyResponse::getReady),
        health(HttpPaths.model(name, version) + "/ready"));
  }

  /** Not being ready is an answer: 200 or 400, and 404 for a model that is not there. */
  private static HttpForm<Boolean> health(String path) {
    return new HttpForm<>(
        "GET",
        path,
        NO_BODY,
        null,
        status ->
            HttpStatus.isSuccess(status)
                ? Boolean.TRUE
                : (status == 400 || status == 404) ? Boolean.FALSE : null);
  }

  /** What the server is. */
  public static Operation<ServerMetadata> serverMetadata() {
    return new ControlOperation<>(
        "server_metadata",
        "",
        new GrpcForm<>(
            GRPCInferenceServiceGrpc.getServerMetadataMethod(),
            ServerMetadataRequest.getDefaultInstance(),
            ControlMessages::serverMetadata),
        get("/v2", ControlJson::serverMetadata));
  }

  /** What a model takes and gives. */
  public static Operation<ModelMetadata> modelMetadata(String name, String version) {
    return new ControlOperation<>(
        "model_metadata",
        name,
        new GrpcForm<>(
            GRPCInferenceServiceGrpc.getModelMetadataMethod(),
            ModelMetadataRequest.newBuilder().setName(name).setVersion(version).build(),
            ControlMessages::modelMetadata),
        get(HttpPaths.model(name, version), ControlJson::modelMetadata));
  }

  /** A model's configuration. */
  public static Operation<ModelConfig> modelConfig(String name, String version) {
    return new ControlOperation<>(
        "model_config",
        name,
        new GrpcForm<>(
            GRPCInferenceServiceGrpc.getModelConfigMethod(),
            ModelConfigRequest.newBuilder().setName(name).setVersion(version).build(),
            message -> ControlJson.modelConfig(ProtoJson.of(message.getConfig()))),
        get(HttpPaths.model(name, version) + "/config", ControlJson::modelConfig));
  }

  /** What models have done; all of them where the name is empty. */
  public static Operation<List<ModelStatistics>> statistics(String name, String version) {
    String path = name.isEmpty() ? "/v2/models" : HttpPaths.model(name, version);
    return new ControlOperation<>(
        "model_statistics",
        name,
        new GrpcForm<>(
            GRPCInferenceServiceGrpc.getModelStatisticsMethod(),
            ModelStatisticsRequest.newBuilder().setName(name).setVersion(version).build(),
            message -> ControlJson.statistics(ProtoJson.of(message))),
        get(path + "/stats", ControlJson::statistics));
  }

  /** The models of the repository. */
  public static Operation<List<RepositoryModel>> repositoryIndex(boolean readyOnly) {
    return new ControlOperation<>(
        "repository_index",
        "",
        new GrpcForm<>(
            GRPCInferenceServiceGrpc.getRepositoryIndexMethod(),
            RepositoryIndexRequest.newBuilder().setReady(readyOnly).build(),
            ControlMessages::repositoryIndex),
        post(
            "/v2/repository/index",
            json -> json.writeBooleanField("ready", readyOnly),
            ControlJson::repositoryIndex));
  }

  /** Loads a model, with another configuration and files where they are given. */
  public static Operation<Boolean> load(String name, String config, Map<String, byte[]> files) {
    RepositoryModelLoadRequest.Builder message =
        RepositoryModelLoadRequest.newBuilder().setModelName(name);
    if (config != null) {
      message.putParameters(
          "config", ModelRepositoryParameter.newBuilder().setStringParam(config).build());
    }
    files.forEach(
        (path, content) ->
            message.putParameters(
                "file:" + path,
                ModelRepositoryParameter.newBuilder()
                    .setBytesParam(ByteString.copyFrom(content))
                    .build()));
    return new ControlOperation<>(
        "repository_model_load",
        name,
        new GrpcForm<>(
            GRPCInferenceServiceGrpc.getRepositoryModelLoadMethod(),
            message.build(),
            done -> Boolean.TRUE),
        order(
            name,
            "load",
            json -> {
              if (config != null) {
                json.writeStringField("config", config);
              }
              for (Map.Entry<String, byte[]> file : files.entrySet()) {
                json.writeStringField(
                    "file:" + file.getKey(), Base64.getEncoder().encodeToString(file.getValue()));
              }
            }));
  }

  /** Unloads a model. */
  public static Operation<Boolean> unload(String name, boolean dependents) {
    return new ControlOperation<>(
        "repository_model_unload",
        name,
        new GrpcForm<>(
            GRPCInferenceServiceGrpc.getRepositoryModelUnloadMethod(),
            RepositoryModelUnloadRequest.newBuilder()
                .setModelName(name)
                .putParameters(
                    UNLOAD_DEPENDENTS,
                    ModelRepositoryParameter.newBuilder().setBoolParam(dependents).build())
                .build(),
            done -> Boolean.TRUE),
        order(name, "unload", json -> json.writeBooleanField(UNLOAD_DEPENDENTS, dependents)));
  }

  private static <R> HttpForm<R> get(String path, Function<JsonNode, R> parser) {
    return new HttpForm<>("GET", path, NO_BODY, body -> parser.apply(body.json()), null);
  }

  private static <R> HttpForm<R> post(
      String path, Json.Writer members, Function<JsonNode, R> parser) {
    return new HttpForm<>("POST", path, object(members), body -> parser.apply(body.json()), null);
  }

  private static HttpForm<Boolean> order(String name, String verb, Json.Writer parameters) {
    byte[] body =
        object(
            json -> {
              json.writeObjectFieldStart("parameters");
              parameters.write(json);
              json.writeEndObject();
            });
    return new HttpForm<>(
        "POST",
        "/v2/repository/models/" + HttpPaths.escape(name) + "/" + verb,
        body,
        done -> Boolean.TRUE,
        null);
  }

  private static byte[] object(Json.Writer members) {
    return Json.bytes(
        json -> {
          json.writeStartObject();
          members.write(json);
          json.writeEndObject();
        });
  }
}
