package dev.unmask.bridge.engine.tensorrt;

import org.bytedeco.javacpp.Pointer;

/** An address as JavaCPP's methods take it; nothing is freed with it. */
final class Address extends Pointer {
  Address(long value) {
    address = value;
  }
}
