package dev.unmask.importer;

import dev.unmask.scheduler.UnmaskException;
import java.nio.ByteBuffer;
import java.util.Locale;

/** Floating-point formats of stored weights and of what a graph computes with. */
enum DataType {
  FP32("F32", 1, 4),
  FP16("F16", 10, 2),
  BF16("BF16", 16, 2);

  private final String safetensorsName;
  private final int onnxCode;
  private final int bytes;

  DataType(String safetensorsName, int onnxCode, int bytes) {
    this.safetensorsName = safetensorsName;
    this.onnxCode = onnxCode;
    this.bytes = bytes;
  }

  /** Name used on the command line and in the manifest, such as {@code fp16}. */
  String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Name used in safetensors headers, such as {@code F16}. */
  String safetensorsName() {
    return safetensorsName;
  }

  /** Value of {@code TensorProto.DataType}. */
  int onnxCode() {
    return onnxCode;
  }

  /** Bytes of one element. */
  int bytes() {
    return bytes;
  }

  static DataType of(String id) {
    for (DataType type : values()) {
      if (type.id().equals(id)) {
        return type;
      }
    }
    throw UnmaskException.invalid("dtype=" + id + " is none of fp32, fp16, bf16");
  }

  /** The type of a safetensors name, null where this build does not read it. */
  static DataType ofSafetensors(String name) {
    for (DataType type : values()) {
      if (type.safetensorsName.equals(name)) {
        return type;
      }
    }
    return null;
  }

  /** Reads {@code count} elements at the buffer's position (little-endian buffer) as floats. */
  void decode(ByteBuffer in, float[] out, int count) {
    switch (this) {
      case FP32 -> {
        in.asFloatBuffer().get(out, 0, count);
        in.position(in.position() + 4 * count);
      }
      case FP16 -> {
        for (int i = 0; i < count; i++) {
          out[i] = halfToFloat(in.getShort());
        }
      }
      case BF16 -> {
        for (int i = 0; i < count; i++) {
          out[i] = Float.intBitsToFloat(in.getShort() << 16);
        }
      }
    }
  }

  /** Appends {@code count} floats in this format, rounded to nearest even. */
  void encode(float[] in, int count, ByteBuffer out) {
    switch (this) {
      case FP32 -> {
        out.asFloatBuffer().put(in, 0, count);
        out.position(out.position() + 4 * count);
      }
      case FP16 -> {
        for (int i = 0; i < count; i++) {
          out.putShort(floatToHalf(in[i]));
        }
      }
      case BF16 -> {
        for (int i = 0; i < count; i++) {
          out.putShort(floatToBfloat(in[i]));
        }
      }
    }
  }

  static float halfToFloat(short half) {
    int sign = (half & 0x8000) << 16;
    int exponent = (half >>> 10) & 0x1f;
    int fraction = half & 0x3ff;
    if (exponent == 0x1f) {
      return Float.intBitsToFloat(sign | 0x7f800000 | (fraction << 13));
    }
    if (exponent == 0) {
      float magnitude = fraction * 0x1p-24f;
      return sign == 0 ? magnitude : -magnitude;
    }
    return Float.intBitsToFloat(sign | ((exponent + 112) << 23) | (fraction << 13));
  }

  static short floatToHalf(float value) {
    int bits = Float.floatToRawIntBits(value);
    int sign = (bits >>> 16) & 0x8000;
    int magnitude = bits & 0x7fffffff;
    if (magnitude > 0x7f800000) {
      return (short) (sign | 0x7e00);
    }
    if (magnitude >= 0x477ff000) { // 65520 and above round to infinity
      return (short) (sign | 0x7c00);
    }
    if (magnitude < 0x38800000) { // below 2^-14: a multiple of 2^-24
      float scaled = Float.intBitsToFloat(magnitude) * 0x1p24f;
      return (short) (sign | (int) Math.rint(scaled));
    }
    int rounded = magnitude + 0xfff + ((magnitude >>> 13) & 1);
    return (short) (sign | ((rounded - 0x38000000) >>> 13));
  }

  static short floatToBfloat(float value) {
    int bits = Float.floatToRawIntBits(value);
    if (Float.isNaN(value)) {
      return (short) ((bits >>> 16) | 0x40);
    }
    return (short) ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16);
  }

  /** Whether a finite value becomes infinite in this format. */
  boolean overflows(float value) {
    return switch (this) {
      case FP32 -> false;
      case FP16 -> Math.abs(value) >= 65520f && !Float.isInfinite(value);
      case BF16 -> Math.abs(value) >= 0x1.ffp127f && !Float.isInfinite(value);
    };
  }
}
