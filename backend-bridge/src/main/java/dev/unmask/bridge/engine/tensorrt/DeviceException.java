package dev.unmask.bridge.engine.tensorrt;

/** A call of CUDA or TensorRT that failed. */
final class DeviceException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Kind kind;

  /** What a failure means for what comes after it. */
  enum Kind {
    /** The call was refused; others go on. */
    REFUSED,
    /** There is no such memory; others go on. */
    OUT_OF_MEMORY,
    /** The device's context is lost: every later call will fail too. */
    LOST
  }

  /**
   * @param call name of the function
   * @param status what it returned, in words
   */
  DeviceException(String call, String status, Kind kind) {
    super(call + ": " + status);
    this.kind = kind;
  }

  /** Whether nothing more can be done on the device in this process. */
  boolean sticky() {
    return kind == Kind.LOST;
  }

  /** Whether memory ran out. */
  boolean outOfMemory() {
    return kind == Kind.OUT_OF_MEMORY;
  }
}
