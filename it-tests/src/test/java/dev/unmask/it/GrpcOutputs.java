package dev.unmask.it;

import com.google.protobuf.ByteString;
import dev.unmask.protocol.ModelInferResponse;
import dev.unmask.protocol.ModelInferResponse.InferOutputTensor;
import dev.unmask.protocol.ModelStreamInferResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/** Reads the raw tensors of responses, as the binary tensor format has them. */
final class GrpcOutputs {
  private GrpcOutputs() {}

  static Set<String> names(ModelInferResponse response) {
    Set<String> names = new LinkedHashSet<>();
    response.getOutputsList().forEach(output -> names.add(output.getName()));
    return names;
  }

  static boolean has(ModelInferResponse response, String name) {
    return names(response).contains(name);
  }

  static InferOutputTensor tensor(ModelInferResponse response, String name) {
    return response.getOutputsList().stream()
        .filter(output -> output.getName().equals(name))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no " + name + " in " + names(response)));
  }

  /** The bytes of an output. */
  static ByteBuffer raw(ModelInferResponse response, String name) {
    InferOutputTensor tensor = tensor(response, name);
    ByteString content = response.getRawOutputContents(response.getOutputsList().indexOf(tensor));
    return content.asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
  }

  static List<byte[]> elements(ModelInferResponse response, String name) {
    ByteBuffer raw = raw(response, name);
    List<byte[]> elements = new ArrayList<>();
    while (raw.hasRemaining()) {
      byte[] element = new byte[raw.getInt()];
      raw.get(element);
      elements.add(element);
    }
    return elements;
  }

  /** The only element of a BYTES output. */
  static String text(ModelInferResponse response, String name) {
    List<byte[]> elements = elements(response, name);
    if (elements.size() != 1) {
      throw new AssertionError(name + " has " + elements.size() + " elements");
    }
    return new String(elements.get(0), StandardCharsets.UTF_8);
  }

  static int[] ints(ModelInferResponse response, String name) {
    ByteBuffer raw = raw(response, name);
    int[] values = new int[raw.remaining() / Integer.BYTES];
    for (int i = 0; i < values.length; i++) {
      values[i] = raw.getInt();
    }
    return values;
  }

  static long longOf(ModelInferResponse response, String name) {
    return raw(response, name).getLong();
  }

  static float realOf(ModelInferResponse response, String name) {
    return raw(response, name).getFloat();
  }

  /** What a stream's responses say together: their texts one after the other. */
  static String joined(List<ModelStreamInferResponse> responses) {
    StringBuilder text = new StringBuilder();
    for (ModelStreamInferResponse response : responses) {
      if (has(response.getInferResponse(), "text_output")) {
        text.append(text(response.getInferResponse(), "text_output"));
      }
    }
    return text.toString();
  }

  /** Their tokens one after the other. */
  static int[] joinedIds(List<ModelStreamInferResponse> responses) {
    return responses.stream()
        .map(ModelStreamInferResponse::getInferResponse)
        .filter(response -> has(response, "output_ids"))
        .flatMapToInt(response -> IntStream.of(ints(response, "output_ids")))
        .toArray();
  }

  static boolean isFinal(ModelStreamInferResponse response) {
    return response.getInferResponse().getParametersOrThrow("triton_final_response").getBoolParam();
  }
}
