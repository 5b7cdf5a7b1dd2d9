package dev.unmask.client.internal;

import com.google.protobuf.ByteString;
import dev.unmask.protocol.ModelInferResponse;
import dev.unmask.protocol.ModelInferResponse.InferOutputTensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Outputs of a response of gRPC; raw contents are read where they are. */
final class GrpcOutputs implements Outputs {
  private final ModelInferResponse message;

  GrpcOutputs(ModelInferResponse message) {
    this.message = message;
  }

  private int index(String name) {
    for (int i = 0; i < message.getOutputsCount(); i++) {
      if (message.getOutputs(i).getName().equals(name)) {
        return i;
      }
    }
    return -1;
  }

  @Override
  public String text(String name) {
    int index = index(name);
    if (index < 0 || !message.getOutputs(index).getDatatype().equals("BYTES")) {
      return null;
    }
    if (index >= message.getRawOutputContentsCount()) {
      return String.join("", GrpcMessages.tensor(message, index).asStrings());
    }
    // Nearly always of one element.
    ByteString raw = message.getRawOutputContents(index);
    ByteBuffer bytes = raw.asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    if (bytes.remaining() >= Integer.BYTES
        && bytes.getInt(0) == bytes.remaining() - Integer.BYTES) {
      return raw.substring(Integer.BYTES).toString(StandardCharsets.UTF_8);
    }
    return String.join("", GrpcMessages.tensor(message, index).asStrings());
  }

  @Override
  public int[] ints(String name) {
    int index = index(name);
    if (index < 0) {
      return null;
    }
    try {
      return GrpcMessages.tensor(message, index).asInts();
    } catch (IllegalStateException e) {
      throw ReadException.protocol("output '" + name + "' is no list of integers");
    }
  }

  @Override
  public double number(String name) {
    int index = index(name);
    if (index < 0 || elements(index) == 0) {
      return Double.NaN;
    }
    try {
      return GrpcMessages.tensor(message, index).asDoubles()[0];
    } catch (IllegalStateException e) {
      throw ReadException.protocol("output '" + name + "' is no number");
    }
  }

  @Override
  public long integer(String name, long fallback) {
    int index = index(name);
    if (index < 0 || elements(index) == 0) {
      return fallback;
    }
    try {
      return GrpcMessages.tensor(message, index).asLongs()[0];
    } catch (IllegalStateException e) {
      throw ReadException.protocol("output '" + name + "' is no integer");
    }
  }

  private long elements(int index) {
    InferOutputTensor output = message.getOutputs(index);
    long elements = 1;
    for (int i = 0; i < output.getShapeCount(); i++) {
      elements *= output.getShape(i);
    }
    return elements;
  }

  @Override
  public String requestId() {
    return message.getId();
  }

  @Override
  public String model() {
    return message.getModelName();
  }

  @Override
  public String modelVersion() {
    return message.getModelVersion();
  }
}
