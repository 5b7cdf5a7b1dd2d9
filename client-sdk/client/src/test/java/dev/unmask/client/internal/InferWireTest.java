package dev.unmask.client.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import dev.unmask.client.Datatype;
import dev.unmask.client.InferRequest;
import dev.unmask.client.InferResult;
import dev.unmask.client.Tensor;
import dev.unmask.protocol.InferTensorContents;
import dev.unmask.protocol.ModelInferRequest;
import dev.unmask.protocol.ModelInferResponse;
import dev.unmask.protocol.ModelInferResponse.InferOutputTensor;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Tensors of every datatype as they travel, there and back. */
class InferWireTest {
  private static final List<Tensor> ALL =
      List.of(
          Tensor.ofBools("bool", true, false),
          Tensor.ofInt8s("int8", Datatype.INT8, (byte) -1),
          Tensor.ofInt8s("uint8", Datatype.UINT8, (byte) -1),
          Tensor.ofInt16s("int16", Datatype.INT16, Short.MIN_VALUE),
          Tensor.ofInt16s("uint16", Datatype.UINT16, (short) -1),
          Tensor.ofInts("int32", 1, -2, 3, -4).withShape(2, 2),
          Tensor.ofInts("uint32", Datatype.UINT32, -1),
          Tensor.ofLongs("int64", Long.MIN_VALUE),
          Tensor.ofLongs("uint64", Datatype.UINT64, -1),
          Tensor.ofFloats("fp16", Datatype.FP16, 0.1f, Float.NEGATIVE_INFINITY),
          Tensor.ofFloats("bf16", Datatype.BF16, 0.1f),
          Tensor.ofFloats("fp32", 0.1f, Float.NaN),
          Tensor.ofDoubles("fp64", Math.PI),
          Tensor.ofStrings("bytes", "", "ä"),
          Tensor.ofInts("none"));

  private static InferOperation operation() {
    InferRequest.Builder request = InferRequest.builder("m").requestId("r");
    ALL.forEach(request::input);
    return new InferOperation(request.parameter("priority", 3).build(), false);
  }

  @Test
  void http_binaryBothWays() {
    HttpOperation<InferResult> sent = operation().http(2_000_000);
    String length = sent.headers().get("inference-header-content-length");
    JsonNode json = Json.read(sent.body(), 0, Integer.parseInt(length), "request");
    assertEquals("r", json.get("id").asText());
    assertEquals(3, json.at("/parameters/priority").asInt());
    assertEquals(2_000_000, json.at("/parameters/timeout").asInt());
    assertEquals(true, json.at("/parameters/binary_data_output").asBoolean());

    // What was sent as inputs comes back as outputs.
    ObjectNode answer =
        (ObjectNode) Json.read("{\"model_name\":\"m\",\"model_version\":\"1\"}", "");
    answer.set("outputs", json.get("inputs"));
    byte[] head = answer.toString().getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    body.writeBytes(head);
    int blobs = Integer.parseInt(length);
    body.write(sent.body(), blobs, sent.body().length - blobs);
    List<InferResult> results = new ArrayList<>();
    sent.reader().head(200, Map.of("inference-header-content-length", "" + head.length));
    sent.reader().read(ByteBuffer.wrap(body.toByteArray()), results::add);
    sent.reader().end(results::add);
    assertEquals(ALL, results.get(0).outputs());
    assertEquals("1", results.get(0).modelVersion());
  }

  @Test
  void http_tensorsAsJson() {
    String answer =
        "{\"model_name\":\"m\",\"outputs\":["
            + "{\"name\":\"a\",\"datatype\":\"INT32\",\"shape\":[2,2],\"data\":[[1,2],[3,4]]},"
            + "{\"name\":\"b\",\"datatype\":\"BYTES\",\"shape\":[1],\"data\":[\"ä\"]},"
            + "{\"name\":\"c\",\"datatype\":\"UINT64\",\"shape\":[1],\"data\":[18446744073709551615]},"
            + "{\"name\":\"d\",\"datatype\":\"FP64\",\"shape\":[2],\"data\":[0.5,-Infinity]},"
            + "{\"name\":\"e\",\"datatype\":\"BOOL\",\"shape\":[1],\"data\":[true]}]}";
    InferResult result = http(answer);
    assertEquals(
        List.of(
            Tensor.ofInts("a", 1, 2, 3, 4).withShape(2, 2),
            Tensor.ofStrings("b", "ä"),
            Tensor.ofLongs("c", Datatype.UINT64, -1),
            Tensor.ofDoubles("d", 0.5, Double.NEGATIVE_INFINITY),
            Tensor.ofBools("e", true)),
        result.outputs());
  }

  private static InferResult http(String answer) {
    HttpReader<InferResult> reader = operation().http(0).reader();
    List<InferResult> results = new ArrayList<>();
    reader.head(200, Map.of());
    reader.read(ByteBuffer.wrap(answer.getBytes(StandardCharsets.UTF_8)), results::add);
    reader.end(results::add);
    return results.get(0);
  }

  @Test
  void http_tensorThatIsNone_isTheServersFault() {
    for (String output :
        List.of(
            "{\"name\":\"a\",\"datatype\":\"INT9\",\"shape\":[1],\"data\":[1]}",
            "{\"name\":\"a\",\"datatype\":\"INT32\",\"shape\":[2],\"data\":[1]}",
            "{\"name\":\"a\",\"datatype\":\"INT32\",\"shape\":[1],"
                + "\"parameters\":{\"binary_data_size\":4}}")) {
      assertThrows(ReadException.class, () -> http("{\"outputs\":[" + output + "]}"), output);
    }
  }

  @Test
  void grpc_rawBothWays() {
    ModelInferRequest sent = (ModelInferRequest) operation().grpc().request();
    assertEquals(3, sent.getParametersOrThrow("priority").getInt64Param());
    ModelInferResponse.Builder answer = ModelInferResponse.newBuilder().setModelName("m");
    for (int i = 0; i < sent.getInputsCount(); i++) {
      answer
          .addOutputs(
              InferOutputTensor.newBuilder()
                  .setName(sent.getInputs(i).getName())
                  .setDatatype(sent.getInputs(i).getDatatype())
                  .addAllShape(sent.getInputs(i).getShapeList()))
          .addRawOutputContents(sent.getRawInputContents(i));
    }
    assertEquals(ALL, GrpcMessages.result(answer.build()).outputs());
  }

  @Test
  void grpc_typedContents() {
    ModelInferResponse.Builder answer = ModelInferResponse.newBuilder();
    InferTensorContents.Builder contents = InferTensorContents.newBuilder();
    typed(answer, "BOOL", contents.addBoolContents(true));
    typed(answer, "INT8", InferTensorContents.newBuilder().addIntContents(-1));
    typed(answer, "UINT16", InferTensorContents.newBuilder().addUintContents(65535));
    typed(answer, "UINT32", InferTensorContents.newBuilder().addUintContents(-1));
    typed(answer, "INT64", InferTensorContents.newBuilder().addInt64Contents(-5));
    typed(answer, "UINT64", InferTensorContents.newBuilder().addUint64Contents(-1));
    typed(answer, "FP32", InferTensorContents.newBuilder().addFp32Contents(0.5f));
    typed(answer, "FP64", InferTensorContents.newBuilder().addFp64Contents(0.25));
    typed(
        answer,
        "BYTES",
        InferTensorContents.newBuilder().addBytesContents(ByteString.copyFromUtf8("ä")));
    InferResult result = GrpcMessages.result(answer.build());
    assertArrayEquals(new boolean[] {true}, output(result, "BOOL").asBools());
    assertArrayEquals(new int[] {-1}, output(result, "INT8").asInts());
    assertArrayEquals(new int[] {65535}, output(result, "UINT16").asInts());
    assertArrayEquals(new long[] {4294967295L}, output(result, "UINT32").asLongs());
    assertArrayEquals(new long[] {-5}, output(result, "INT64").asLongs());
    assertArrayEquals(new long[] {-1}, output(result, "UINT64").asLongs());
    assertArrayEquals(new float[] {0.5f}, output(result, "FP32").asFloats());
    assertArrayEquals(new double[] {0.25}, output(result, "FP64").asDoubles());
    assertArrayEquals(new String[] {"ä"}, output(result, "BYTES").asStrings());
  }

  private static void typed(
      ModelInferResponse.Builder answer, String datatype, InferTensorContents.Builder contents) {
    answer.addOutputs(
        InferOutputTensor.newBuilder()
            .setName(datatype)
            .setDatatype(datatype)
            .addShape(1)
            .setContents(contents));
  }

  private static Tensor output(InferResult result, String name) {
    return result.output(name).orElseThrow();
  }
}
