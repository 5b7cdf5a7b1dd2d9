package dev.unmask.importer;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** An ONNX graph under construction: nodes in order of execution, inputs, outputs, initializers. */
final class OnnxGraph {
  /** Codes of {@code TensorProto.DataType}. */
  static final int FLOAT = 1;

  static final int INT64 = 7;
  static final int BOOL = 9;

  /**
   * A graph input or output.
   *
   * @param dims a Long for a fixed size, a String for a named one
   */
  record Value(String name, int elementType, List<Object> dims) {}

  /**
   * @param attributes Long, Float or String values by name
   */
  record Node(
      String op, List<String> inputs, List<String> outputs, Map<String, Object> attributes) {}

  /**
   * @param type element format, null for int64 (then {@code integers} holds the values)
   */
  record Initializer(String name, DataType type, long[] dims, Payload payload, long[] integers) {
    /** Length of the raw data. */
    long byteLength() {
      return type == null ? 8L * integers.length : payload.elements() * type.bytes();
    }
  }

  private final List<Node> nodes = new ArrayList<>();
  private final List<Value> inputs = new ArrayList<>();
  private final List<Value> outputs = new ArrayList<>();
  private final List<Initializer> initializers = new ArrayList<>();
  private int counter;

  List<Node> nodes() {
    return nodes;
  }

  List<Value> inputs() {
    return inputs;
  }

  List<Value> outputs() {
    return outputs;
  }

  List<Initializer> initializers() {
    return initializers;
  }

  String input(String name, int elementType, Object... dims) {
    inputs.add(new Value(name, elementType, List.of(dims)));
    return name;
  }

  void output(String name, int elementType, Object... dims) {
    outputs.add(new Value(name, elementType, List.of(dims)));
  }

  String weight(String name, DataType type, Payload payload, long... dims) {
    initializers.add(new Initializer(name, type, dims, payload, null));
    return name;
  }

  /** A one-dimensional int64 constant. */
  String integers(String name, long... values) {
    initializers.add(new Initializer(name, null, new long[] {values.length}, null, values));
    return name;
  }

  /** Adds an int64 constant without dimensions; returns its name. */
  String scalar(String name, long value) {
    initializers.add(new Initializer(name, null, new long[0], null, new long[] {value}));
    return name;
  }

  /** Adds a node with one output that gets a name of its own. */
  String node(String op, Map<String, Object> attributes, String... inputs) {
    return node(op, attributes, List.of(inputs), 1).get(0);
  }

  String node(String op, String... inputs) {
    return node(op, Map.of(), inputs);
  }

  List<String> node(String op, Map<String, Object> attributes, List<String> inputs, int count) {
    List<String> outputs = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      outputs.add(op + "_" + counter++);
    }
    nodes.add(new Node(op, inputs, outputs, attributes));
    return outputs;
  }

  /** Adds a node whose outputs are named by the caller, as graph outputs are. */
  void nodeNamed(
      String op, Map<String, Object> attributes, List<String> inputs, List<String> outputs) {
    nodes.add(new Node(op, inputs, outputs, attributes));
  }
}
