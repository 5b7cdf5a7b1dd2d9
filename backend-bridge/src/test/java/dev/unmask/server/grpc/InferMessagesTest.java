package dev.unmask.server.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.unmask.protocol.InferParameter;
import dev.unmask.protocol.InferTensorContents;
import dev.unmask.protocol.ModelInferRequest;
import dev.unmask.protocol.ModelInferRequest.InferInputTensor;
import dev.unmask.protocol.ModelInferRequest.InferRequestedOutputTensor;
import dev.unmask.protocol.ModelInferResponse;
import dev.unmask.request.Datatype;
import dev.unmask.request.InferRequest;
import dev.unmask.request.InferResponse;
import dev.unmask.request.Tensor;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class InferMessagesTest {
  private static InferInputTensor.Builder input(String datatype, long... shape) {
    InferInputTensor.Builder input =
        InferInputTensor.newBuilder().setName("x").setDatatype(datatype);
    for (long dim : shape) {
      input.addShape(dim);
    }
    return input;
  }

  private static InferTensorContents.Builder contents() {
    return InferTensorContents.newBuilder();
  }

  private static ModelInferRequest.Builder message() {
    return ModelInferRequest.newBuilder().setModelName("m");
  }

  private static InferRequest read(ModelInferRequest.Builder message) {
    return InferMessages.request(
        message.build(), RequestParameters.read(message.getParametersMap()), 17);
  }

  private static Tensor typed(
      String datatype, InferTensorContents.Builder contents, long... shape) {
    return read(message().addInputs(input(datatype, shape).setContents(contents))).inputs().get(0);
  }

  private static void assertRefused(
      ErrorCode code, String text, ModelInferRequest.Builder message) {
    UnmaskException e = assertThrows(UnmaskException.class, () -> read(message));
    assertEquals(code, e.code());
    assertEquals(text, e.getMessage());
  }

  private static void assertRefused(String text, ModelInferRequest.Builder message) {
    assertRefused(ErrorCode.INVALID_ARGUMENT, text, message);
  }

  @Test
  void raw_tensor_liesInItsMessage() {
    byte[] memory = {1, 0, 0, 0};
    InferRequest request =
        read(
            message()
                .addInputs(input("INT32", 1))
                .addRawInputContents(UnsafeByteOperations.unsafeWrap(memory)));
    assertEquals(1, request.inputs().get(0).integer(0));
    memory[0] = 9;
    assertEquals(9, request.inputs().get(0).integer(0));
    assertEquals(17, request.arrivalNanos());
  }

  @Test
  void raw_severalInputs_areMatchedByPosition() {
    InferRequest request =
        read(
            message()
                .addInputs(input("UINT8", 1))
                .addInputs(input("BOOL", 2, 1).setName("y"))
                .addRawInputContents(ByteString.copyFrom(new byte[] {7}))
                .addRawInputContents(ByteString.copyFrom(new byte[] {0, 1})));
    assertEquals("[x UINT8[1], y BOOL[2, 1]]", request.inputs().toString());
    assertEquals(7, request.inputs().get(0).integer(0));
    assertEquals(true, request.inputs().get(1).bool(1));
  }

  @Test
  void typed_everyDatatype_isEncoded() {
    assertEquals(true, typed("BOOL", contents().addBoolContents(true), 1).bool(0));
    assertEquals(-1, typed("INT8", contents().addIntContents(-1), 1).integer(0));
    assertEquals(-2, typed("INT16", contents().addIntContents(-2), 1).integer(0));
    assertEquals(-3, typed("INT32", contents().addIntContents(4).addIntContents(-3), 2).integer(1));
    assertEquals(-4, typed("INT64", contents().addInt64Contents(-4), 1).integer(0));
    assertEquals(255, typed("UINT8", contents().addUintContents(255), 1).integer(0));
    assertEquals(65535, typed("UINT16", contents().addUintContents(65535), 1).integer(0));
    assertEquals(4294967295L, typed("UINT32", contents().addUintContents(-1), 1).integer(0));
    assertEquals(-1, typed("UINT64", contents().addUint64Contents(-1), 1).integer(0));
    assertEquals(0.5, typed("FP32", contents().addFp32Contents(0.5f), 1).real(0));
    assertEquals(0.1, typed("FP64", contents().addFp64Contents(0.1), 1).real(0));
    Tensor text =
        typed(
            "BYTES",
            contents()
                .addBytesContents(ByteString.copyFromUtf8("é"))
                .addBytesContents(ByteString.EMPTY),
            1,
            2);
    assertEquals("é", text.text(0));
    assertEquals("", text.text(1));
  }

  @Test
  void typed_noElements_isAnEmptyTensor() {
    assertEquals(0, typed("INT32", contents(), 0).elements());
    assertEquals(0, typed("BYTES", contents(), 0).elements());
  }

  @Test
  void typed_integerTooWide_keepsLowBytesAsTritonDoes() {
    assertEquals(1, typed("INT8", contents().addIntContents(257), 1).integer(0));
  }

  @Test
  void typed_otherDatatype_isRefused() {
    assertRefused(
        "unexpected explicit tensor data for input tensor 'x' for model 'm' of type 'FP32',"
            + " expected datatype 'FP16'",
        message().addInputs(input("FP16", 1).setContents(contents().addFp32Contents(1))));
    assertRefused(
        "unexpected explicit tensor data for input tensor 'x' for model 'm' of type 'INT32',"
            + " expected datatype 'UINT8'",
        message().addInputs(input("UINT8", 1).setContents(contents().addIntContents(1))));
    assertRefused(
        "unexpected explicit tensor data for input tensor 'x' for model 'm' of type 'BYTES',"
            + " expected datatype 'BOOL'",
        message()
            .addInputs(
                input("BOOL", 1).setContents(contents().addBytesContents(ByteString.EMPTY))));
  }

  @Test
  void typed_severalFields_areRefused() {
    assertRefused(
        "unexpected explicit tensor data for input tensor 'x' for model 'm', binary data was"
            + " already supplied.",
        message()
            .addInputs(
                input("INT32", 1).setContents(contents().addIntContents(1).addInt64Contents(1))));
  }

  @Test
  void typed_countUnlikeShape_isRefused() {
    assertRefused(
        "input 'x' has 4 bytes, but 8 are expected for datatype INT32 and shape [2]",
        message().addInputs(input("INT32", 2).setContents(contents().addIntContents(1))));
  }

  @Test
  void rawAndTyped_areRefused() {
    assertRefused(
        "contents field must not be specified when using raw_input_contents for 'x' for model 'm'",
        message()
            .addInputs(input("INT8", 1).setContents(contents().addIntContents(1)))
            .addRawInputContents(ByteString.copyFrom(new byte[] {1})));
  }

  @Test
  void raw_tooFewOrTooMany_areRefused() {
    String missing = "unable to find data for input tensor 'x' for model 'm' in request.";
    assertRefused(missing, message().addInputs(input("INT8", 1)));
    assertRefused(
        missing,
        message()
            .addInputs(input("INT8", 1).setName("a"))
            .addInputs(input("INT8", 1))
            .addRawInputContents(ByteString.copyFrom(new byte[] {1})));
    assertRefused(
        "raw_input_contents has 2 entries for 1 inputs of model 'm'",
        message()
            .addInputs(input("INT8", 1))
            .addRawInputContents(ByteString.copyFrom(new byte[] {1}))
            .addRawInputContents(ByteString.copyFrom(new byte[] {1})));
  }

  @Test
  void raw_wrongSize_isRefused() {
    assertRefused(
        "input 'x' has 3 bytes, but 4 are expected for datatype INT32 and shape [1]",
        message()
            .addInputs(input("INT32", 1))
            .addRawInputContents(ByteString.copyFrom(new byte[3])));
  }

  @Test
  void datatype_unknown_isRefused() {
    assertRefused(
        "tensor 'x' has unknown datatype 'STRING'",
        message().addInputs(input("STRING", 1)).addRawInputContents(ByteString.EMPTY));
  }

  @Test
  void sharedMemoryAndClassification_areUnsupported() {
    InferParameter value = InferParameter.newBuilder().setStringParam("r").build();
    assertRefused(
        ErrorCode.UNSUPPORTED,
        "input 'x' has parameter 'shared_memory_region', which is not supported",
        message().addInputs(input("INT8", 1).putParameters("shared_memory_region", value)));
    for (String parameter : List.of("shared_memory_region", "classification")) {
      assertRefused(
          ErrorCode.UNSUPPORTED,
          "output 'y' has parameter '" + parameter + "', which is not supported",
          message()
              .addOutputs(
                  InferRequestedOutputTensor.newBuilder()
                      .setName("y")
                      .putParameters(parameter, value)));
    }
  }

  @Test
  void response_message_liesInItsTensors() {
    byte[] memory = {5};
    Tensor tensor = Tensor.of("n", Datatype.UINT8, new long[] {1}, ByteBuffer.wrap(memory));
    ModelInferResponse message =
        InferMessages.response(
                new FakeServedModel("m", true), "q", new InferResponse(Map.of(), List.of(tensor)))
            .build();
    memory[0] = 6;
    assertEquals(6, message.getRawOutputContents(0).byteAt(0));
  }
}
