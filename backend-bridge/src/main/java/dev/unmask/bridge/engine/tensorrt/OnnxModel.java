package dev.unmask.bridge.engine.tensorrt;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a ModelProto says, without the weights' contents.
 *
 * @param opsets version by domain; the default domain is the empty string
 * @param functions names of model-local functions
 * @param nodes in the order of execution
 */
record OnnxModel(
    Map<String, Long> opsets,
    List<String> functions,
    List<Node> nodes,
    List<Value> inputs,
    List<Value> outputs,
    List<Initializer> initializers) {

  /** Codes of {@code TensorProto.DataType}. */
  static final int FLOAT = 1;

  static final int INT32 = 6;
  static final int INT64 = 7;
  static final int BOOL = 9;
  static final int FLOAT16 = 10;
  static final int BFLOAT16 = 16;

  static final Set<Integer> FLOATS = Set.of(FLOAT, FLOAT16, BFLOAT16);

  /**
   * One operator call.
   *
   * @param inputs names; the empty string for one left out
   * @param attributes Long, Float, String or a list of Long by name; null for a kind not read
   */
  record Node(
      String name,
      String op,
      String domain,
      List<String> inputs,
      List<String> outputs,
      Map<String, Object> attributes) {

    /** An input's name, empty where it is left out. */
    String input(int index) {
      return index < inputs.size() ? inputs.get(index) : "";
    }

    long integer(String attribute, long otherwise) {
      return attributes.get(attribute) instanceof Long value ? value : otherwise;
    }
  }

  /** A graph input or output. */
  record Value(String name, int type, List<Dim> dims) {
    Dim dim(int axis) {
      return dims.get(axis);
    }
  }

  /**
   * A dimension.
   *
   * @param size its size, -1 where it is symbolic
   * @param symbol its name, null where it is fixed
   */
  record Dim(long size, String symbol) {
    boolean isFixed() {
      return symbol == null;
    }

    @Override
    public String toString() {
      return isFixed() ? Long.toString(size) : symbol;
    }
  }

  /**
   * A constant.
   *
   * @param integers contents of a small int64 tensor, null for any other
   * @param location name of the file with its data, null where the model holds them
   */
  record Initializer(
      String name, int type, List<Long> dims, List<Long> integers, String location) {}

  /** A type's name for messages. */
  static String typeName(int code) {
    return switch (code) {
      case FLOAT -> "fp32";
      case INT32 -> "int32";
      case INT64 -> "int64";
      case BOOL -> "bool";
      case FLOAT16 -> "fp16";
      case BFLOAT16 -> "bf16";
      default -> "type " + code;
    };
  }
}
