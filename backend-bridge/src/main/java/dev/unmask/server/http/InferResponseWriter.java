package dev.unmask.server.http;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.unmask.request.InferResponse;
import dev.unmask.request.Tensor;
import dev.unmask.scheduler.UnmaskException;
import dev.unmask.server.ServedModel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Writes the response of {@code infer}. Any thread. */
final class InferResponseWriter {
  /**
   * A body.
   *
   * @param jsonLength bytes of JSON at its start
   * @param binary whether tensors follow the JSON
   */
  record Body(byte[] bytes, int jsonLength, boolean binary) {}

  private InferResponseWriter() {}

  /**
   * Writes JSON, and then the bytes of the outputs that are wanted so.
   *
   * @throws UnmaskException INVALID_ARGUMENT for an output that JSON cannot carry
   */
  static Body write(ServedModel model, InferRequestReader.Parsed wanted, InferResponse response) {
    for (Tensor output : response.outputs()) {
      if (!wanted.isBinary(output.name())) {
        TensorJsonWriter.check(output);
      }
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream(512);
    Json.writeTo(out, generator -> document(generator, model, wanted, response));
    int jsonLength = out.size();
    for (Tensor output : response.outputs()) {
      if (wanted.isBinary(output.name())) {
        ByteBuffer content = output.content();
        byte[] bytes = new byte[content.remaining()];
        content.get(bytes);
        out.writeBytes(bytes);
      }
    }
    return new Body(out.toByteArray(), jsonLength, out.size() > jsonLength);
  }

  private static void document(
      JsonGenerator out,
      ServedModel model,
      InferRequestReader.Parsed wanted,
      InferResponse response)
      throws IOException {
    out.writeStartObject();
    if (!wanted.request().id().isEmpty()) {
      out.writeStringField("id", wanted.request().id());
    }
    out.writeStringField("model_name", model.name());
    out.writeStringField("model_version", model.version());
    if (!response.parameters().isEmpty()) {
      out.writeObjectFieldStart("parameters");
      Json.writeMembers(out, response.parameters());
      out.writeEndObject();
    }
    out.writeArrayFieldStart("outputs");
    for (Tensor output : response.outputs()) {
      out.writeStartObject();
      out.writeStringField("name", output.name());
      out.writeStringField("datatype", output.datatype().name());
      out.writeFieldName("shape");
      long[] shape = output.shape();
      out.writeArray(shape, 0, shape.length);
      if (wanted.isBinary(output.name())) {
        out.writeObjectFieldStart("parameters");
        out.writeNumberField("binary_data_size", output.content().remaining());
        out.writeEndObject();
      } else {
        out.writeFieldName("data");
        TensorJsonWriter.array(out, output);
      }
      out.writeEndObject();
    }
    out.writeEndArray();
    out.writeEndObject();
  }
}
