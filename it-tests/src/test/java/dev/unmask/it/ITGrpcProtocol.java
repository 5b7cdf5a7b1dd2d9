package dev.unmask.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.unmask.protocol.CudaSharedMemoryRegisterRequest;
import dev.unmask.protocol.LogSettingsRequest;
import dev.unmask.protocol.ModelConfigRequest;
import dev.unmask.protocol.ModelInferRequest;
import dev.unmask.protocol.ModelInferRequest.InferRequestedOutputTensor;
import dev.unmask.protocol.ModelInferResponse;
import dev.unmask.protocol.ModelMetadataRequest;
import dev.unmask.protocol.ModelReadyRequest;
import dev.unmask.protocol.ModelStatisticsRequest;
import dev.unmask.protocol.ModelStreamInferResponse;
import dev.unmask.protocol.RepositoryIndexRequest;
import dev.unmask.protocol.RepositoryModelLoadRequest;
import dev.unmask.protocol.ServerLiveRequest;
import dev.unmask.protocol.ServerMetadataRequest;
import dev.unmask.protocol.ServerReadyRequest;
import dev.unmask.protocol.SystemSharedMemoryStatusRequest;
import dev.unmask.protocol.TraceSettingRequest;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** gRPC as Triton speaks it: every call, streams and their ends, errors. */
class ITGrpcProtocol extends ServedTest {
  private static final String EMPTY_FINAL = "triton_enable_empty_final_response";

  @BeforeAll
  static void start() {
    start(EmbeddedServer.of(WireRepository.bundled()));
  }

  private static void assertStatus(Status.Code code, String message, Executable call) {
    Status status = assertThrows(StatusRuntimeException.class, call).getStatus();
    assertEquals(code, status.getCode(), status::toString);
    String description = String.valueOf(status.getDescription());
    assertTrue(description.contains(message), description);
  }

  private static ModelInferRequest.Builder prompt(String model) {
    return GrpcClientFixture.request(model, GrpcClientFixture.texts("text_input", PROMPT));
  }

  private static ModelInferRequest.Builder streamed(String model) {
    return prompt(model).addInputs(GrpcClientFixture.bool("stream", true));
  }

  // Control

  @Test
  void health_isWell() {
    assertTrue(grpc.blocking().serverLive(ServerLiveRequest.getDefaultInstance()).getLive());
    assertTrue(grpc.blocking().serverReady(ServerReadyRequest.getDefaultInstance()).getReady());
    for (String service : List.of("", "inference.GRPCInferenceService")) {
      assertEquals(
          ServingStatus.SERVING,
          HealthGrpc.newBlockingStub(grpc.channel())
              .check(HealthCheckRequest.newBuilder().setService(service).build())
              .getStatus());
    }
    assertStatus(
        Status.Code.UNIMPLEMENTED,
        "",
        () ->
            HealthGrpc.newBlockingStub(grpc.channel())
                .watch(HealthCheckRequest.getDefaultInstance())
                .next());
  }

  @Test
  void modelReady_tellsReadyFromUnknown() {
    ModelReadyRequest.Builder request = ModelReadyRequest.newBuilder().setName("tiny_ar");
    assertTrue(grpc.blocking().modelReady(request.build()).getReady());
    assertTrue(grpc.blocking().modelReady(request.setVersion("1").build()).getReady());
    assertFalse(grpc.blocking().modelReady(request.setVersion("2").build()).getReady());
    assertFalse(
        grpc.blocking().modelReady(ModelReadyRequest.newBuilder().setName("x").build()).getReady());
    assertStatus(
        Status.Code.INVALID_ARGUMENT,
        "version",
        () -> grpc.blocking().modelReady(request.setVersion("one").build()));
  }

  @Test
  void metadataAndConfig_agreeWithHttp() {
    var server = grpc.blocking().serverMetadata(ServerMetadataRequest.getDefaultInstance());
    assertEquals(http.get("/v2").json().get("name").asText(), server.getName());
    assertEquals(http.get("/v2").json().get("extensions").size(), server.getExtensionsCount());
    var model =
        grpc.blocking().modelMetadata(ModelMetadataRequest.newBuilder().setName("tiny_ar").build());
    assertEquals(
        http.get("/v2/models/tiny_ar").json().get("inputs").size(), model.getInputsCount());
    var config =
        grpc.blocking().modelConfig(ModelConfigRequest.newBuilder().setName("unary").build());
    assertFalse(config.getConfig().getModelTransactionPolicy().getDecoupled());
    assertEquals(model.getInputsCount(), config.getConfig().getInputCount());
  }

  @Test
  void unknownModel_isNotFound() {
    String message = "Request for unknown model: 'none' is not found";
    assertStatus(
        Status.Code.NOT_FOUND,
        message,
        () ->
            grpc.blocking()
                .modelMetadata(ModelMetadataRequest.newBuilder().setName("none").build()));
    assertStatus(
        Status.Code.NOT_FOUND,
        message,
        () -> grpc.blocking().modelConfig(ModelConfigRequest.newBuilder().setName("none").build()));
    assertStatus(
        Status.Code.NOT_FOUND,
        message,
        () ->
            grpc.blocking()
                .modelStatistics(ModelStatisticsRequest.newBuilder().setName("none").build()));
    assertStatus(
        Status.Code.NOT_FOUND, message, () -> grpc.blocking().modelInfer(prompt("none").build()));
  }

  @Test
  void sharedMemory_isUnimplemented() {
    assertStatus(
        Status.Code.UNIMPLEMENTED,
        "shared memory",
        () ->
            grpc.blocking()
                .systemSharedMemoryStatus(SystemSharedMemoryStatusRequest.getDefaultInstance()));
    assertStatus(
        Status.Code.UNIMPLEMENTED,
        "shared memory",
        () ->
            grpc.blocking()
                .cudaSharedMemoryRegister(CudaSharedMemoryRegisterRequest.getDefaultInstance()));
  }

  @Test
  void settings_areShown() {
    assertEquals(
        Set.of(
            "log_file", "log_info", "log_warning", "log_error", "log_verbose_level", "log_format"),
        grpc.blocking()
            .logSettings(LogSettingsRequest.getDefaultInstance())
            .getSettingsMap()
            .keySet());
    assertTrue(
        grpc.blocking()
            .traceSetting(TraceSettingRequest.getDefaultInstance())
            .getSettingsMap()
            .keySet()
            .containsAll(Set.of("trace_level", "trace_rate", "trace_count", "log_frequency")));
    assertStatus(
        Status.Code.INVALID_ARGUMENT,
        "log_colour",
        () ->
            grpc.blocking()
                .logSettings(
                    LogSettingsRequest.newBuilder()
                        .putSettings(
                            "log_colour",
                            LogSettingsRequest.SettingValue.newBuilder().setBoolParam(true).build())
                        .build()));
  }

  @Test
  void repository_isListedAndNotChangedWithoutExplicitMode() {
    var index = grpc.blocking().repositoryIndex(RepositoryIndexRequest.getDefaultInstance());
    Set<String> names = new HashSet<>();
    index
        .getModelsList()
        .forEach(
            model -> {
              names.add(model.getName());
              assertEquals("READY", model.getState());
              assertEquals("1", model.getVersion());
            });
    assertEquals(Set.of("tiny_ar", "tiny_d2f", "tiny_llada", "unary"), names);
    assertStatus(
        Status.Code.UNAVAILABLE,
        "explicit model load / unload is not allowed",
        () ->
            grpc.blocking()
                .repositoryModelLoad(
                    RepositoryModelLoadRequest.newBuilder().setModelName("unary").build()));
  }

  // ModelInfer

  @Test
  void modelInfer_rawContents_answersRaw() {
    ByteString element =
        ByteString.copyFrom(
            ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(0, PROMPT.length()));
    ModelInferResponse response =
        grpc.blocking()
            .modelInfer(
                GrpcClientFixture.request(
                        "unary",
                        GrpcClientFixture.described("text_input", "BYTES", 1),
                        GrpcClientFixture.described("return_finish_reason", "BOOL", 1))
                    .setId("raw")
                    .addRawInputContents(element.concat(ByteString.copyFromUtf8(PROMPT)))
                    .addRawInputContents(ByteString.copyFrom(new byte[] {1}))
                    .build());
    assertEquals("raw", response.getId());
    assertEquals("unary", response.getModelName());
    assertEquals("1", response.getModelVersion());
    assertEquals(Set.of("text_output", "finish_reason"), GrpcOutputs.names(response));
    assertEquals(2, response.getRawOutputContentsCount());
    assertEquals(AR_ANSWER, GrpcOutputs.text(response, "text_output"));
    assertEquals("stop", GrpcOutputs.text(response, "finish_reason"));
  }

  @Test
  void modelInfer_decoupledModel_isUnimplemented() {
    assertStatus(
        Status.Code.UNIMPLEMENTED,
        "ModelInfer RPC doesn't support models with decoupled transaction policy",
        () -> grpc.blocking().modelInfer(prompt("tiny_ar").build()));
  }

  @Test
  void modelInfer_wrongRequests_areInvalidArguments() {
    ModelInferRequest mixed =
        prompt("unary").addRawInputContents(ByteString.copyFromUtf8("a")).build();
    ModelInferRequest none =
        GrpcClientFixture.request("unary", GrpcClientFixture.described("text_input", "BYTES", 1))
            .build();
    ModelInferRequest size =
        GrpcClientFixture.request("unary", GrpcClientFixture.described("max_tokens", "INT32", 1))
            .addRawInputContents(ByteString.copyFrom(new byte[3]))
            .build();
    ModelInferRequest type =
        GrpcClientFixture.request("unary", GrpcClientFixture.described("max_tokens", "INT9", 1))
            .addRawInputContents(ByteString.copyFrom(new byte[4]))
            .build();
    ModelInferRequest input = prompt("unary").addInputs(GrpcClientFixture.ints("speed", 1)).build();
    ModelInferRequest twice =
        prompt("unary").addInputs(GrpcClientFixture.texts("text_input", "b")).build();
    ModelInferRequest output =
        prompt("unary")
            .addOutputs(InferRequestedOutputTensor.newBuilder().setName("sound"))
            .build();
    ModelInferRequest reserved =
        prompt("unary").putParameters("triton_mine", GrpcClientFixture.number(1)).build();
    ModelInferRequest timeout =
        prompt("unary").putParameters("timeout", GrpcClientFixture.text("soon")).build();
    String[] messages = {
      "contents field must not be specified when using raw_input_contents",
      "text_input",
      "max_tokens",
      "INT9",
      "unexpected inference input 'speed' for model 'unary'",
      "input 'text_input' already exists in request",
      "unexpected inference output 'sound' for model 'unary'",
      "reserved for Triton usage",
      "timeout"
    };
    List<ModelInferRequest> requests =
        List.of(mixed, none, size, type, input, twice, output, reserved, timeout);
    for (int i = 0; i < messages.length; i++) {
      ModelInferRequest request = requests.get(i);
      assertStatus(
          Status.Code.INVALID_ARGUMENT, messages[i], () -> grpc.blocking().modelInfer(request));
      // The same on a stream, which goes on.
      List<ModelStreamInferResponse> responses =
          grpc.streamAll(request, prompt("unary").setId("next").build());
      assertEquals(2, responses.size());
      long errors =
          responses.stream().filter(response -> !response.getErrorMessage().isEmpty()).count();
      assertEquals(1, errors);
    }
  }

  @Test
  void modelInfer_sharedMemory_isUnimplemented() {
    assertStatus(
        Status.Code.UNIMPLEMENTED,
        "shared_memory_region",
        () ->
            grpc.blocking()
                .modelInfer(
                    GrpcClientFixture.request(
                            "unary",
                            GrpcClientFixture.described("text_input", "BYTES", 1).toBuilder()
                                .putParameters("shared_memory_region", GrpcClientFixture.text("r"))
                                .build())
                        .build()));
  }

  // ModelStreamInfer

  @Test
  void stream_everyResponseSaysWhetherItIsTheLast() {
    List<ModelStreamInferResponse> responses =
        grpc.streamAll(
            streamed("tiny_ar")
                .setId("s")
                .addInputs(GrpcClientFixture.bool("return_finish_reason", true))
                .build());
    assertTrue(responses.size() > 5);
    for (int i = 0; i < responses.size(); i++) {
      ModelInferResponse response = responses.get(i).getInferResponse();
      assertEquals("s", response.getId());
      assertEquals("tiny_ar", response.getModelName());
      assertEquals(i == responses.size() - 1, GrpcOutputs.isFinal(responses.get(i)));
    }
    assertEquals(AR_ANSWER, GrpcOutputs.joined(responses));
  }

  @Test
  void stream_emptyFinalResponse_comesWhereAskedFor() {
    // The answer ends in a token that has no text: nothing is left for a last response.
    List<ModelStreamInferResponse> without = grpc.streamAll(streamed("tiny_ar").build());
    List<ModelStreamInferResponse> with =
        grpc.streamAll(
            streamed("tiny_ar")
                .setId("e")
                .putParameters(EMPTY_FINAL, GrpcClientFixture.flag(true))
                .build());
    assertEquals(AR_ANSWER, GrpcOutputs.joined(without));
    assertEquals(AR_ANSWER, GrpcOutputs.joined(with));
    ModelStreamInferResponse last = with.get(with.size() - 1);
    assertTrue(GrpcOutputs.isFinal(last));
    assertEquals("e", last.getInferResponse().getId());
    assertEquals("tiny_ar", last.getInferResponse().getModelName());
    assertEquals(1, with.stream().filter(GrpcOutputs::isFinal).count());
    boolean emptyLast = last.getInferResponse().getOutputsCount() == 0;
    assertEquals(with.size(), without.size() + (emptyLast ? 1 : 0));
  }

  @Test
  void stream_emptyFinalResponseOfWrongType_isAnError() {
    List<ModelStreamInferResponse> responses =
        grpc.streamAll(
            streamed("tiny_ar").putParameters(EMPTY_FINAL, GrpcClientFixture.number(1)).build());
    assertEquals(1, responses.size());
    assertTrue(responses.get(0).getErrorMessage().contains(EMPTY_FINAL));
  }

  @Test
  void stream_withoutStreaming_isOneResponse() {
    List<ModelStreamInferResponse> responses = grpc.streamAll(prompt("tiny_ar").build());
    assertEquals(1, responses.size());
    assertTrue(GrpcOutputs.isFinal(responses.get(0)));
    assertEquals(AR_ANSWER, GrpcOutputs.joined(responses));
  }

  @Test
  void stream_severalRequests_interleaveAndKeepTheirOwnOrder() {
    ModelInferRequest[] requests = new ModelInferRequest[6];
    for (int i = 0; i < requests.length; i++) {
      requests[i] =
          streamed(i % 2 == 0 ? "tiny_ar" : "tiny_d2f").setId(Integer.toString(i)).build();
    }
    List<ModelStreamInferResponse> responses = grpc.streamAll(requests);
    String d2f = null;
    for (int i = 0; i < requests.length; i++) {
      String id = Integer.toString(i);
      List<ModelStreamInferResponse> own =
          responses.stream()
              .filter(response -> response.getInferResponse().getId().equals(id))
              .toList();
      String text = GrpcOutputs.joined(own);
      if (i % 2 == 0) {
        assertEquals(AR_ANSWER, text);
      } else {
        d2f = d2f == null ? text : d2f;
        assertEquals(d2f, text);
      }
    }
  }

  @Test
  void stream_error_isAMessageAndTheStreamGoesOn() {
    List<ModelStreamInferResponse> responses =
        grpc.streamAll(prompt("none").setId("x").build(), prompt("tiny_ar").setId("y").build());
    assertEquals(2, responses.size());
    ModelStreamInferResponse failure =
        responses.get(0).getErrorMessage().isEmpty() ? responses.get(1) : responses.get(0);
    assertEquals("Request for unknown model: 'none' is not found", failure.getErrorMessage());
    assertEquals("x", failure.getInferResponse().getId());
  }

  @Test
  void stream_errorWithTritonGrpcError_endsTheStream() {
    try (GrpcStream stream = grpc.stream("triton_grpc_error", "true")) {
      stream.send(prompt("none").build());
      Status status = stream.status();
      assertEquals(Status.Code.NOT_FOUND, status.getCode());
      assertEquals("Request for unknown model: 'none' is not found", status.getDescription());
    }
  }

  @Test
  void stream_nothingAsked_ends() {
    assertEquals(List.of(), grpc.streamAll());
  }

  @Test
  void stream_sameTokensAsModelInfer() {
    ModelInferRequest.Builder wanted =
        prompt("unary").addInputs(GrpcClientFixture.bool("return_output_ids", true));
    int[] unary = GrpcOutputs.ints(grpc.blocking().modelInfer(wanted.build()), "output_ids");
    List<ModelStreamInferResponse> streamed =
        grpc.streamAll(
            wanted
                .setModelName("tiny_ar")
                .addInputs(GrpcClientFixture.bool("stream", true))
                .build());
    assertArrayEquals(unary, GrpcOutputs.joinedIds(streamed));
  }
}
