package dev.unmask.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import inference.GrpcPredictV2.InferTensorContents;
import inference.GrpcPredictV2.ModelInferRequest;
import inference.GrpcPredictV2.ModelInferRequest.InferInputTensor;
import inference.GrpcPredictV2.ModelInferResponse;
import inference.GrpcPredictV2.ModelMetadataRequest;
import inference.GrpcPredictV2.ModelMetadataResponse;
import inference.GrpcPredictV2.ModelReadyRequest;
import inference.GrpcPredictV2.ModelReadyResponse;
import inference.GrpcPredictV2.ServerLiveResponse;
import inference.GrpcPredictV2.ServerMetadataResponse;
import inference.GrpcPredictV2.ServerReadyResponse;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.camel.CamelExecutionException;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Apache Camel's KServe component, a client that others wrote, against the server unchanged. */
class ITCamelKserve {
  private static EmbeddedServer server;
  private static DefaultCamelContext camel;
  private static ProducerTemplate template;

  @BeforeAll
  static void start() {
    server = EmbeddedServer.of(WireRepository.bundled()).start();
    camel = new DefaultCamelContext();
    camel.start();
    template = camel.createProducerTemplate();
  }

  @AfterAll
  static void stop() {
    camel.stop();
    server.close();
  }

  private static <T> T call(String api, String options, Object body, Class<T> type) {
    return template.requestBody(
        "kserve:" + api + "?target=127.0.0.1:" + server.grpcPort() + options, body, type);
  }

  @Test
  void server_isLiveReadyAndNamed() {
    assertTrue(call("server/live", "", null, ServerLiveResponse.class).getLive());
    assertTrue(call("server/ready", "", null, ServerReadyResponse.class).getReady());
    ServerMetadataResponse metadata =
        call("server/metadata", "", null, ServerMetadataResponse.class);
    assertEquals("unmask", metadata.getName());
    assertTrue(metadata.getExtensionsList().contains("binary_tensor_data"));
  }

  @Test
  void model_isReadyAndDescribed() {
    ModelReadyRequest ready = ModelReadyRequest.getDefaultInstance();
    assertTrue(
        call("model/ready", "&modelName=unary&modelVersion=1", ready, ModelReadyResponse.class)
            .getReady());
    assertFalse(call("model/ready", "&modelName=none", ready, ModelReadyResponse.class).getReady());
    ModelMetadataResponse metadata =
        call(
            "model/metadata",
            "&modelName=unary",
            ModelMetadataRequest.getDefaultInstance(),
            ModelMetadataResponse.class);
    assertEquals("unary", metadata.getName());
    assertTrue(
        metadata.getInputsList().stream()
            .anyMatch(
                input ->
                    input.getName().equals("text_input") && input.getDatatype().equals("BYTES")));
  }

  @Test
  void infer_givesTheRecordedTokens() {
    GoldenLine line = GoldenLine.read("ar.jsonl").get(0);
    ModelInferRequest request =
        ModelInferRequest.newBuilder()
            .setId("camel")
            .addInputs(
                input("input_ids", "INT32", line.promptIds().length)
                    .setContents(
                        InferTensorContents.newBuilder()
                            .addAllIntContents(IntStream.of(line.promptIds()).boxed().toList())))
            .addInputs(
                input("sampling_parameters", "BYTES", 1)
                    .setContents(
                        InferTensorContents.newBuilder()
                            .addBytesContents(
                                ByteString.copyFromUtf8(
                                    HttpClientFixture.write(line.parameters())))))
            .addOutputs(
                ModelInferRequest.InferRequestedOutputTensor.newBuilder().setName("output_ids"))
            .build();
    ModelInferResponse response =
        template.requestBodyAndHeaders(
            "kserve:infer?target=127.0.0.1:" + server.grpcPort(),
            request,
            Map.of("CamelKServeModelName", "unary", "CamelKServeModelVersion", "1"),
            ModelInferResponse.class);
    assertEquals("camel", response.getId());
    assertEquals("unary", response.getModelName());
    assertEquals(1, response.getOutputsCount());
    ByteBuffer raw =
        response.getRawOutputContents(0).asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    for (int id : line.answerIds()) {
      assertEquals(id, raw.getInt());
    }
    assertFalse(raw.hasRemaining());
  }

  @Test
  void infer_decoupledModel_isUnimplemented() {
    CamelExecutionException thrown =
        assertThrows(
            CamelExecutionException.class,
            () ->
                call(
                    "infer",
                    "&modelName=tiny_ar",
                    ModelInferRequest.getDefaultInstance(),
                    ModelInferResponse.class));
    assertEquals(
        Status.Code.UNIMPLEMENTED,
        ((StatusRuntimeException) thrown.getCause()).getStatus().getCode());
  }

  private static InferInputTensor.Builder input(String name, String datatype, long elements) {
    return InferInputTensor.newBuilder().setName(name).setDatatype(datatype).addShape(elements);
  }
}
