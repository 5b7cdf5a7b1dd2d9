package dev.unmask.load;

import com.google.protobuf.ByteString;
import dev.unmask.protocol.InferParameter;
import dev.unmask.protocol.ModelInferRequest;
import dev.unmask.protocol.ModelInferRequest.InferInputTensor;
import dev.unmask.protocol.ModelInferResponse;
import dev.unmask.protocol.ModelInferResponse.InferOutputTensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** Translates requests and responses of gRPC. */
final class GrpcMessages {
  private static final String FINAL = "triton_final_response";

  private GrpcMessages() {}

  /** A request that is told its end. */
  static ModelInferRequest request(LoadRequest request) {
    ByteString prompt = ByteString.copyFrom(request.prompt(), StandardCharsets.UTF_8);
    ByteBuffer length = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    length.putInt(prompt.size()).flip();
    ModelInferRequest.Builder message =
        ModelInferRequest.newBuilder()
            .setModelName(request.model())
            .setId(request.id())
            .addInputs(
                InferInputTensor.newBuilder()
                    .setName("text_input")
                    .setDatatype("BYTES")
                    .addShape(1))
            .addRawInputContents(ByteString.copyFrom(length).concat(prompt))
            .putParameters("stream", parameter(true))
            .putParameters("triton_enable_empty_final_response", parameter(true));
    request.parameters().forEach((name, value) -> message.putParameters(name, parameter(value)));
    return message.build();
  }

  private static InferParameter parameter(Object value) {
    InferParameter.Builder parameter = InferParameter.newBuilder();
    if (value instanceof Boolean bool) {
      parameter.setBoolParam(bool);
    } else if (value instanceof Double real) {
      parameter.setDoubleParam(real);
    } else if (value instanceof String text) {
      parameter.setStringParam(text);
    } else {
      parameter.setInt64Param(((Number) value).longValue());
    }
    return parameter.build();
  }

  static boolean isLast(ModelInferResponse response) {
    InferParameter last = response.getParametersMap().get(FINAL);
    return last != null && last.getBoolParam();
  }

  /** The outputs of a response. */
  static Chunk chunk(long nanos, ModelInferResponse response) {
    Map<String, Object> values = new HashMap<>();
    int[] ids = {};
    for (int i = 0; i < response.getOutputsCount(); i++) {
      InferOutputTensor output = response.getOutputs(i);
      ByteBuffer content =
          response.getRawOutputContents(i).asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
      if (output.getName().equals("output_ids")) {
        ids = new int[content.remaining() / Integer.BYTES];
        content.asIntBuffer().get(ids);
      } else {
        values.put(output.getName(), value(output.getDatatype(), content));
      }
    }
    return new Chunk(nanos, values, ids);
  }

  private static Object value(String datatype, ByteBuffer content) {
    return switch (datatype) {
      case "BYTES" -> {
        byte[] bytes = new byte[content.getInt()];
        content.get(bytes);
        yield new String(bytes, StandardCharsets.UTF_8);
      }
      case "UINT32" -> Integer.toUnsignedLong(content.getInt());
      case "INT32" -> (long) content.getInt();
      case "INT64", "UINT64" -> content.getLong();
      case "FP32" -> (double) content.getFloat();
      default -> throw new IllegalArgumentException("output of type " + datatype);
    };
  }
}
