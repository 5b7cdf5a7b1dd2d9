package dev.unmask.server.grpc;

import com.google.protobuf.ByteString;
import dev.unmask.protocol.InferTensorContents;
import dev.unmask.protocol.ModelInferRequest.InferInputTensor;
import dev.unmask.request.Datatype;
import dev.unmask.scheduler.UnmaskException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * Turns the typed contents of an input into the form in which raw contents come. One instance per
 * input; one thread.
 */
final class TypedContents {
  private final String model;
  private final InferInputTensor input;
  private final Datatype datatype;
  private ByteBuffer bytes;

  private TypedContents(String model, InferInputTensor input, Datatype datatype) {
    this.model = model;
    this.input = input;
    this.datatype = datatype;
  }

  /**
   * The elements, little-endian.
   *
   * @param datatype the input's declared type
   * @throws UnmaskException INVALID_ARGUMENT for contents of another type, and of several types
   */
  static ByteBuffer encode(String model, InferInputTensor input, Datatype datatype) {
    return new TypedContents(model, input, datatype).encode();
  }

  private ByteBuffer encode() {
    InferTensorContents contents = input.getContents();
    int n = contents.getBoolContentsCount();
    if (claim(Datatype.BOOL, n)) {
      for (int i = 0; i < n; i++) {
        bytes.put((byte) (contents.getBoolContents(i) ? 1 : 0));
      }
    }
    n = contents.getIntContentsCount();
    if (claim(narrowed(Datatype.INT32, Datatype.INT8, Datatype.INT16), n)) {
      for (int i = 0; i < n; i++) {
        put(contents.getIntContents(i));
      }
    }
    n = contents.getInt64ContentsCount();
    if (claim(Datatype.INT64, n)) {
      for (int i = 0; i < n; i++) {
        bytes.putLong(contents.getInt64Contents(i));
      }
    }
    n = contents.getUintContentsCount();
    if (claim(narrowed(Datatype.UINT32, Datatype.UINT8, Datatype.UINT16), n)) {
      for (int i = 0; i < n; i++) {
        put(contents.getUintContents(i));
      }
    }
    n = contents.getUint64ContentsCount();
    if (claim(Datatype.UINT64, n)) {
      for (int i = 0; i < n; i++) {
        bytes.putLong(contents.getUint64Contents(i));
      }
    }
    n = contents.getFp32ContentsCount();
    if (claim(Datatype.FP32, n)) {
      for (int i = 0; i < n; i++) {
        bytes.putFloat(contents.getFp32Contents(i));
      }
    }
    n = contents.getFp64ContentsCount();
    if (claim(Datatype.FP64, n)) {
      for (int i = 0; i < n; i++) {
        bytes.putDouble(contents.getFp64Contents(i));
      }
    }
    strings(contents.getBytesContentsList());
    return bytes == null ? ByteBuffer.allocate(0) : bytes.flip();
  }

  /** Small integers travel in the field of 32 bits. */
  private Datatype narrowed(Datatype natural, Datatype... narrower) {
    for (Datatype candidate : narrower) {
      if (datatype == candidate) {
        return candidate;
      }
    }
    return natural;
  }

  /** The low bytes of an integer, as many as the type has; the others are dropped as in Triton. */
  private void put(int value) {
    switch (datatype.size()) {
      case Byte.BYTES -> bytes.put((byte) value);
      case Short.BYTES -> bytes.putShort((short) value);
      default -> bytes.putInt(value);
    }
  }

  private void strings(List<ByteString> values) {
    long size = 0;
    for (ByteString value : values) {
      size += Integer.BYTES + (long) value.size();
    }
    if (!values.isEmpty()) {
      claimBytes(Datatype.BYTES, size);
      for (ByteString value : values) {
        bytes.putInt(value.size());
        value.copyTo(bytes);
      }
    }
  }

  /** Whether there are elements of a type; if so, makes room for them. */
  private boolean claim(Datatype type, int elements) {
    if (elements == 0) {
      return false;
    }
    claimBytes(type, (long) elements * type.size());
    return true;
  }

  private void claimBytes(Datatype type, long size) {
    String subject =
        "unexpected explicit tensor data for input tensor '"
            + input.getName()
            + "' for model '"
            + model
            + "'";
    if (bytes != null) {
      throw UnmaskException.invalid(subject + ", binary data was already supplied.");
    }
    if (type != datatype) {
      throw UnmaskException.invalid(
          subject + " of type '" + type + "', expected datatype '" + datatype + "'");
    }
    if (size > Integer.MAX_VALUE) {
      throw UnmaskException.invalid(
          "input tensor '"
              + input.getName()
              + "' for model '"
              + model
              + "' has "
              + size
              + " bytes");
    }
    bytes = ByteBuffer.allocate((int) size).order(ByteOrder.LITTLE_ENDIAN);
  }
}
