package dev.unmask.client;

/** Element types of tensors, by their names in the KServe protocol. */
public enum Datatype {
  /** One byte, 0 or 1. */
  BOOL(1),
  /** Unsigned integer of 8 bits. */
  UINT8(1),
  /** Unsigned integer of 16 bits. */
  UINT16(2),
  /** Unsigned integer of 32 bits. */
  UINT32(4),
  /** Unsigned integer of 64 bits. */
  UINT64(8),
  /** Signed integer of 8 bits. */
  INT8(1),
  /** Signed integer of 16 bits. */
  INT16(2),
  /** Signed integer of 32 bits. */
  INT32(4),
  /** Signed integer of 64 bits. */
  INT64(8),
  /** IEEE 754 half precision. */
  FP16(2),
  /** The upper half of a single precision number. */
  BF16(2),
  /** Single precision. */
  FP32(4),
  /** Double precision. */
  FP64(8),
  /** Elements of any length, such as UTF-8 text. */
  BYTES(0);

  private final int size;

  Datatype(int size) {
    this.size = size;
  }

  /**
   * The size of an element.
   *
   * @return in bytes; 0 for {@link #BYTES}
   */
  public int size() {
    return size;
  }
}
