package dev.unmask.client.internal;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import dev.unmask.client.Datatype;
import dev.unmask.client.Tensor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Elements of tensors as JSON. */
final class TensorJson {
  private TensorJson() {}

  /** Writes one element. */
  private interface ElementWriter {
    void write(int i) throws IOException;
  }

  /** Writes {@code "name": element}, or a flat array where the tensor has not exactly one. */
  static void member(JsonGenerator json, Tensor tensor) throws IOException {
    json.writeFieldName(tensor.name());
    ElementWriter writer = writer(json, tensor);
    if (tensor.elements() == 1) {
      writer.write(0);
      return;
    }
    json.writeStartArray();
    for (int i = 0; i < tensor.elements(); i++) {
      writer.write(i);
    }
    json.writeEndArray();
  }

  private static ElementWriter writer(JsonGenerator json, Tensor tensor) {
    switch (tensor.datatype()) {
      case BOOL:
        boolean[] bools = tensor.asBools();
        return i -> json.writeBoolean(bools[i]);
      case BYTES:
        String[] texts = tensor.asStrings();
        return i -> json.writeString(texts[i]);
      case FP32:
        float[] floats = tensor.asFloats();
        return i -> json.writeNumber(floats[i]);
      case FP16, BF16, FP64:
        double[] doubles = tensor.asDoubles();
        return i -> json.writeNumber(doubles[i]);
      case UINT64:
        long[] bits = tensor.asLongs();
        return i -> json.writeNumber(Long.toUnsignedString(bits[i]));
      default:
        long[] longs = tensor.asLongs();
        return i -> json.writeNumber(longs[i]);
    }
  }

  /** A tensor whose elements are a JSON array, nested or flat. */
  static Tensor read(String name, Datatype type, long[] shape, JsonNode data) {
    List<JsonNode> flat = new ArrayList<>();
    flatten(data, flat);
    int count = flat.size();
    Tensor tensor =
        switch (type) {
          case BOOL -> {
            boolean[] values = new boolean[count];
            for (int i = 0; i < count; i++) {
              values[i] = flat.get(i).asBoolean();
            }
            yield Tensor.ofBools(name, values);
          }
          case INT8, UINT8 -> {
            byte[] values = new byte[count];
            for (int i = 0; i < count; i++) {
              values[i] = (byte) flat.get(i).asInt();
            }
            yield Tensor.ofInt8s(name, type, values);
          }
          case INT16, UINT16 -> {
            short[] values = new short[count];
            for (int i = 0; i < count; i++) {
              values[i] = (short) flat.get(i).asInt();
            }
            yield Tensor.ofInt16s(name, type, values);
          }
          case INT32, UINT32 ->
              Tensor.ofInts(name, type, flat.stream().mapToInt(e -> (int) e.asLong()).toArray());
          case INT64, UINT64 ->
              Tensor.ofLongs(
                  name,
                  type,
                  flat.stream().mapToLong(e -> e.bigIntegerValue().longValue()).toArray());
          case FP32, FP16, BF16 -> {
            float[] values = new float[count];
            for (int i = 0; i < count; i++) {
              values[i] = (float) flat.get(i).asDouble();
            }
            yield Tensor.ofFloats(name, type, values);
          }
          case FP64 ->
              Tensor.ofDoubles(name, flat.stream().mapToDouble(JsonNode::asDouble).toArray());
          case BYTES ->
              Tensor.ofStrings(name, flat.stream().map(JsonNode::asText).toArray(String[]::new));
        };
    return ResponseTensors.of(name, type, shape, tensor.content());
  }

  private static void flatten(JsonNode data, List<JsonNode> flat) {
    if (data.isArray()) {
      data.forEach(element -> flatten(element, flat));
    } else {
      flat.add(data);
    }
  }
}
