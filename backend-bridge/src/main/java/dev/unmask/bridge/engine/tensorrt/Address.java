package dev.unmask.bridge.engine.tensorrt;

import org.bytedeco.javacpp.Pointer;

/** An address as JavaCPP's methods take it; nothing is freed with it. */
final class Address extends Pointer {
  private static final long FIRST_PAGE = 4096;

  Address(long value) {
    address = value;
  }

  /**
   * Whether a call returned nothing. Without a device createInferRuntime returns a null that was
   * cast: a small number.
   */
  static boolean isNothing(Pointer result) {
    return result == null || result.address() < FIRST_PAGE;
  }
}
