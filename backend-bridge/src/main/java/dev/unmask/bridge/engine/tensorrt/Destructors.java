package dev.unmask.bridge.engine.tensorrt;

import org.bytedeco.cuda.cudart.CUhostFn;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.tensorrt.nvinfer.INoCopy;
import org.bytedeco.tensorrt.nvonnxparser.IParser;

/**
 * Deletes TensorRT's objects. JavaCPP's presets declare no destructor for them, so that {@code
 * deallocate()} and {@code close()} do nothing: what a builder, a network or an engine holds would
 * stay for the life of the process. As C++ would, this calls the deleting destructor that the
 * object's table of virtual functions names (Itanium ABI, Linux): the second entry where the class
 * declares its destructor first, as {@link INoCopy} does. Each object once, in reverse order of
 * creation, on the thread that owns it.
 */
final class Destructors {
  private static final int DELETING_DESTRUCTOR = 1;

  /** Behind six functions and the complete-object destructor; held by a test. */
  private static final int PARSER_DELETING_DESTRUCTOR = 7;

  private Destructors() {}

  /** Deletes a builder, network, configuration, runtime, engine, context or host memory. */
  static void delete(INoCopy object) {
    delete(object, DELETING_DESTRUCTOR);
  }

  /** Deletes a parser; the weights of its network are gone with it. */
  static void delete(IParser parser) {
    delete(parser, PARSER_DELETING_DESTRUCTOR);
  }

  private static void delete(Pointer object, int entry) {
    if (object.isNull()) {
      return;
    }
    long table = new LongPointer(new Address(object.address())).get();
    new CUhostFn(new Address(table + (long) entry * Long.BYTES)).call(object);
    object.setNull();
  }
}
