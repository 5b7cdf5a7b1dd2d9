package dev.unmask.server.http;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.unmask.request.Datatype;
import dev.unmask.request.Tensor;
import dev.unmask.scheduler.UnmaskException;
import java.io.IOException;

/** Writes a tensor's elements as JSON. Any thread. */
final class TensorJsonWriter {
  private TensorJsonWriter() {}

  /**
   * Requires a datatype that JSON can carry.
   *
   * @throws UnmaskException INVALID_ARGUMENT for FP16 and BF16
   */
  static void check(Tensor tensor) {
    if (tensor.datatype() == Datatype.FP16 || tensor.datatype() == Datatype.BF16) {
      throw UnmaskException.invalid(
          "sending "
              + tensor.datatype()
              + " data via JSON is not supported. Please use the binary data format for output "
              + tensor.name());
    }
  }

  /** A flat array of all elements. */
  static void array(JsonGenerator out, Tensor tensor) throws IOException {
    out.writeStartArray();
    for (int i = 0; i < tensor.elements(); i++) {
      element(out, tensor, i);
    }
    out.writeEndArray();
  }

  /** The element of a tensor that has one, or a flat array. */
  static void compact(JsonGenerator out, Tensor tensor) throws IOException {
    if (tensor.elements() == 1) {
      element(out, tensor, 0);
    } else {
      array(out, tensor);
    }
  }

  private static void element(JsonGenerator out, Tensor tensor, int i) throws IOException {
    switch (tensor.datatype()) {
      case BOOL -> out.writeBoolean(tensor.bool(i));
      case BYTES -> out.writeString(tensor.text(i));
      case UINT64 -> out.writeNumber(Long.toUnsignedString(tensor.integer(i)));
      case FP16, BF16, FP32, FP64 -> Json.writeReal(out, tensor.real(i));
      default -> out.writeNumber(tensor.integer(i));
    }
  }
}
