package dev.unmask.client.internal;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.unmask.client.Datatype;
import dev.unmask.client.InferResult;
import dev.unmask.client.Tensor;
import dev.unmask.protocol.InferParameter;
import dev.unmask.protocol.InferTensorContents;
import dev.unmask.protocol.ModelInferRequest;
import dev.unmask.protocol.ModelInferRequest.InferInputTensor;
import dev.unmask.protocol.ModelInferRequest.InferRequestedOutputTensor;
import dev.unmask.protocol.ModelInferResponse;
import dev.unmask.protocol.ModelInferResponse.InferOutputTensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Tensors and parameters as messages of gRPC. Contents travel raw and are not copied. */
final class GrpcMessages {
  /** Response parameter of a streamed response: whether it is its request's last. */
  static final String FINAL = "triton_final_response";

  /** Request parameter: the end is told even where no content comes with it. */
  static final String EMPTY_FINAL = "triton_enable_empty_final_response";

  private GrpcMessages() {}

  static ModelInferRequest.Builder request(
      String model,
      String version,
      String id,
      List<Tensor> inputs,
      List<String> outputs,
      Map<String, Object> parameters) {
    ModelInferRequest.Builder message =
        ModelInferRequest.newBuilder().setModelName(model).setModelVersion(version).setId(id);
    for (Tensor input : inputs) {
      InferInputTensor.Builder tensor =
          InferInputTensor.newBuilder().setName(input.name()).setDatatype(input.datatype().name());
      for (long dim : input.shape()) {
        tensor.addShape(dim);
      }
      message.addInputs(tensor);
      message.addRawInputContents(UnsafeByteOperations.unsafeWrap(input.content()));
    }
    for (String output : outputs) {
      message.addOutputs(InferRequestedOutputTensor.newBuilder().setName(output));
    }
    parameters.forEach((name, value) -> message.putParameters(name, parameter(name, value)));
    return message;
  }

  static InferParameter parameter(String name, Object value) {
    InferParameter.Builder parameter = InferParameter.newBuilder();
    if (value instanceof Boolean bool) {
      parameter.setBoolParam(bool);
    } else if (value instanceof Long number) {
      parameter.setInt64Param(number);
    } else if (value instanceof Double real) {
      parameter.setDoubleParam(real);
    } else if (value instanceof String text) {
      parameter.setStringParam(text);
    } else {
      throw Checks.invalid(name + "=" + value + " is of no type that can be sent");
    }
    return parameter.build();
  }

  static boolean isFinal(ModelInferResponse response) {
    InferParameter last = response.getParametersMap().get(FINAL);
    return last != null && last.getBoolParam();
  }

  static InferResult result(ModelInferResponse message) {
    List<Tensor> outputs = new ArrayList<>(message.getOutputsCount());
    for (int i = 0; i < message.getOutputsCount(); i++) {
      outputs.add(tensor(message, i));
    }
    Map<String, Object> parameters = new HashMap<>();
    message.getParametersMap().forEach((name, value) -> parameters.put(name, value(value)));
    return new InferResult(
        message.getModelName(), message.getModelVersion(), message.getId(), outputs, parameters);
  }

  private static Object value(InferParameter parameter) {
    return switch (parameter.getParameterChoiceCase()) {
      case BOOL_PARAM -> parameter.getBoolParam();
      case INT64_PARAM -> parameter.getInt64Param();
      case UINT64_PARAM -> parameter.getUint64Param();
      case DOUBLE_PARAM -> parameter.getDoubleParam();
      case STRING_PARAM -> parameter.getStringParam();
      case PARAMETERCHOICE_NOT_SET -> "";
    };
  }

  /** An output, whether its content is raw or typed. */
  static Tensor tensor(ModelInferResponse message, int index) {
    InferOutputTensor output = message.getOutputs(index);
    Datatype type = ResponseTensors.datatype(output.getDatatype(), output.getName());
    long[] shape = new long[output.getShapeCount()];
    for (int i = 0; i < shape.length; i++) {
      shape[i] = output.getShape(i);
    }
    if (index < message.getRawOutputContentsCount()) {
      ByteString raw = message.getRawOutputContents(index);
      return ResponseTensors.of(output.getName(), type, shape, raw.asReadOnlyByteBuffer());
    }
    Tensor flat = typed(output.getName(), type, output.getContents());
    return ResponseTensors.of(output.getName(), type, shape, flat.content());
  }

  private static Tensor typed(String name, Datatype type, InferTensorContents contents) {
    return switch (type) {
      case BOOL -> {
        boolean[] values = new boolean[contents.getBoolContentsCount()];
        for (int i = 0; i < values.length; i++) {
          values[i] = contents.getBoolContents(i);
        }
        yield Tensor.ofBools(name, values);
      }
      case INT8, UINT8 -> {
        byte[] values = new byte[small(type, contents)];
        for (int i = 0; i < values.length; i++) {
          values[i] = (byte) small(type, contents, i);
        }
        yield Tensor.ofInt8s(name, type, values);
      }
      case INT16, UINT16 -> {
        short[] values = new short[small(type, contents)];
        for (int i = 0; i < values.length; i++) {
          values[i] = (short) small(type, contents, i);
        }
        yield Tensor.ofInt16s(name, type, values);
      }
      case INT32, UINT32 -> {
        int[] values = new int[small(type, contents)];
        for (int i = 0; i < values.length; i++) {
          values[i] = small(type, contents, i);
        }
        yield Tensor.ofInts(name, type, values);
      }
      case INT64 -> Tensor.ofLongs(name, longs(contents.getInt64ContentsList()));
      case UINT64 -> Tensor.ofLongs(name, type, longs(contents.getUint64ContentsList()));
      case FP32 -> {
        float[] values = new float[contents.getFp32ContentsCount()];
        for (int i = 0; i < values.length; i++) {
          values[i] = contents.getFp32Contents(i);
        }
        yield Tensor.ofFloats(name, values);
      }
      case FP64 ->
          Tensor.ofDoubles(
              name,
              contents.getFp64ContentsList().stream().mapToDouble(Double::doubleValue).toArray());
      case BYTES ->
          Tensor.ofBytes(
              name,
              contents.getBytesContentsList().stream()
                  .map(ByteString::toByteArray)
                  .toArray(byte[][]::new));
      case FP16, BF16 ->
          throw ReadException.protocol(
              "output '" + name + "' of type " + type + " has no raw contents");
    };
  }

  private static boolean isUnsigned(Datatype type) {
    return type.name().startsWith("U");
  }

  private static int small(Datatype type, InferTensorContents contents) {
    return isUnsigned(type) ? contents.getUintContentsCount() : contents.getIntContentsCount();
  }

  private static int small(Datatype type, InferTensorContents contents, int i) {
    return isUnsigned(type) ? contents.getUintContents(i) : contents.getIntContents(i);
  }

  private static long[] longs(List<Long> values) {
    return values.stream().mapToLong(Long::longValue).toArray();
  }
}
