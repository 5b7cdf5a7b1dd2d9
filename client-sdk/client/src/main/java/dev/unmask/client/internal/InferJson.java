package dev.unmask.client.internal;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.unmask.client.InferRequest;
import dev.unmask.client.Tensor;
import java.io.IOException;

/** The JSON of an {@code infer} request whose tensors follow it in binary. */
final class InferJson {
  private InferJson() {}

  static void write(JsonGenerator json, InferRequest request, long timeoutMicros)
      throws IOException {
    json.writeStartObject();
    if (!request.requestId().isEmpty()) {
      json.writeStringField("id", request.requestId());
    }
    json.writeObjectFieldStart("parameters");
    Json.members(json, request.parameters());
    if (timeoutMicros > 0 && !request.parameters().containsKey("timeout")) {
      json.writeNumberField("timeout", timeoutMicros);
    }
    if (request.outputs().isEmpty()) {
      json.writeBooleanField("binary_data_output", true);
    }
    json.writeEndObject();
    json.writeArrayFieldStart("inputs");
    for (Tensor input : request.inputs()) {
      json.writeStartObject();
      json.writeStringField("name", input.name());
      json.writeStringField("datatype", input.datatype().name());
      json.writeArrayFieldStart("shape");
      for (long dim : input.shape()) {
        json.writeNumber(dim);
      }
      json.writeEndArray();
      json.writeObjectFieldStart("parameters");
      json.writeNumberField("binary_data_size", input.content().remaining());
      json.writeEndObject();
      json.writeEndObject();
    }
    json.writeEndArray();
    if (!request.outputs().isEmpty()) {
      json.writeArrayFieldStart("outputs");
      for (String output : request.outputs()) {
        json.writeStartObject();
        json.writeStringField("name", output);
        json.writeObjectFieldStart("parameters");
        json.writeBooleanField("binary_data", true);
        json.writeEndObject();
        json.writeEndObject();
      }
      json.writeEndArray();
    }
    json.writeEndObject();
  }
}
