package dev.unmask.server.http;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Elements of a tensor, little-endian, that grows as they come. */
final class ElementBuffer {
  private ByteBuffer bytes = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);

  private ByteBuffer room(int size) {
    if (bytes.remaining() < size) {
      long capacity = Math.max(2L * bytes.capacity(), (long) bytes.position() + size);
      bytes =
          ByteBuffer.allocate((int) Math.min(capacity, Integer.MAX_VALUE - 64))
              .order(ByteOrder.LITTLE_ENDIAN)
              .put(bytes.flip());
    }
    return bytes;
  }

  /** The low bytes of an integer. */
  void integer(long value, int size) {
    switch (size) {
      case 1 -> room(1).put((byte) value);
      case 2 -> room(2).putShort((short) value);
      case 4 -> room(4).putInt((int) value);
      default -> room(8).putLong(value);
    }
  }

  void fp32(float value) {
    room(Float.BYTES).putFloat(value);
  }

  void fp64(double value) {
    room(Double.BYTES).putDouble(value);
  }

  /** An element of BYTES with its length. */
  void element(byte[] value) {
    room(Integer.BYTES + value.length).putInt(value.length).put(value);
  }

  /** All that was put. */
  ByteBuffer finish() {
    return bytes.flip();
  }
}
