package dev.unmask.request;

import dev.unmask.scheduler.UnmaskException;

/** Element types of tensors, as the KServe protocol names them. */
public enum Datatype {
  BOOL(1),
  UINT8(1),
  UINT16(2),
  UINT32(4),
  UINT64(8),
  INT8(1),
  INT16(2),
  INT32(4),
  INT64(8),
  FP16(2),
  BF16(2),
  FP32(4),
  FP64(8),
  /** Elements of any length, such as UTF-8 text. */
  BYTES(0);

  private final int size;

  Datatype(int size) {
    this.size = size;
  }

  /** Bytes of an element; 0 for {@link #BYTES}. */
  public int size() {
    return size;
  }

  /** Whether elements are floating point numbers. */
  public boolean isFloat() {
    return this == FP16 || this == BF16 || this == FP32 || this == FP64;
  }

  /** Whether elements are integers, signed or not. */
  public boolean isInteger() {
    return this != BOOL && this != BYTES && !isFloat();
  }

  /** The type as {@code config.pbtxt} names it, such as {@code TYPE_STRING}. */
  public String configType() {
    return this == BYTES ? "TYPE_STRING" : "TYPE_" + name();
  }

  /**
   * Parses a protocol name.
   *
   * @param tensor name of the tensor, for the message
   * @throws UnmaskException INVALID_ARGUMENT for any other text
   */
  public static Datatype of(String name, String tensor) {
    for (Datatype type : values()) {
      if (type.name().equals(name)) {
        return type;
      }
    }
    throw UnmaskException.invalid("tensor '" + tensor + "' has unknown datatype '" + name + "'");
  }
}
