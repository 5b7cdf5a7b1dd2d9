package dev.unmask.server.http;

import dev.unmask.request.InferResponse;
import dev.unmask.request.Tensor;
import dev.unmask.scheduler.UnmaskException;
import dev.unmask.server.ServedModel;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Writes the responses of {@code generate} and {@code generate_stream}. Any thread. */
final class GenerateResponseWriter {
  private static final byte[] EVENT_START = "data: ".getBytes(StandardCharsets.UTF_8);
  private static final byte[] EVENT_END = "\n\n".getBytes(StandardCharsets.UTF_8);

  private GenerateResponseWriter() {}

  /** A server-sent event with a response. */
  static byte[] event(ServedModel model, String id, InferResponse response) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(256);
    out.writeBytes(EVENT_START);
    write(out, model, id, response);
    out.writeBytes(EVENT_END);
    return out.toByteArray();
  }

  /** A server-sent event with an error. */
  static byte[] event(int status, String message) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(128);
    out.writeBytes(EVENT_START);
    out.writeBytes(ErrorStyle.TRITON.body(status, message));
    out.writeBytes(EVENT_END);
    return out.toByteArray();
  }

  /** A response as a JSON object. */
  static byte[] body(ServedModel model, String id, InferResponse response) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(256);
    write(out, model, id, response);
    return out.toByteArray();
  }

  /**
   * Writes an object of the request's id, the model, every response parameter and every output.
   *
   * @throws UnmaskException INVALID_ARGUMENT for an output that JSON cannot carry; nothing has been
   *     written of the object then
   */
  private static void write(
      ByteArrayOutputStream out, ServedModel model, String id, InferResponse response) {
    response.outputs().forEach(TensorJsonWriter::check);
    Json.writeTo(
        out,
        generator -> {
          generator.writeStartObject();
          if (!id.isEmpty()) {
            generator.writeStringField("id", id);
          }
          generator.writeStringField("model_name", model.name());
          generator.writeStringField("model_version", model.version());
          Json.writeMembers(generator, response.parameters());
          for (Tensor output : response.outputs()) {
            generator.writeFieldName(output.name());
            TensorJsonWriter.compact(generator, output);
          }
          generator.writeEndObject();
        });
  }
}
