package dev.unmask.client.internal;

import dev.unmask.client.Datatype;
import dev.unmask.client.InvalidRequestException;
import dev.unmask.client.Tensor;
import java.nio.ByteBuffer;

/** Tensors that a server sent; what is wrong with them is the server's fault. */
final class ResponseTensors {
  private ResponseTensors() {}

  static Datatype datatype(String name, String tensor) {
    try {
      return Datatype.valueOf(name);
    } catch (IllegalArgumentException e) {
      throw ReadException.protocol("tensor '" + tensor + "' has unknown datatype '" + name + "'");
    }
  }

  static Tensor of(String name, Datatype type, long[] shape, ByteBuffer content) {
    try {
      return Tensor.of(name, type, shape, content);
    } catch (InvalidRequestException e) {
      throw ReadException.protocol(e.getMessage().replaceFirst("^input ", "output "));
    }
  }
}
