package dev.unmask.importer;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** An ONNX graph under construction: nodes in order of execution, inputs, outputs, initializers. */
final class OnnxGraph {
  /** Codes of {@code TensorProto.DataType}. */
  static final int FLOAT = 1;

  static final int UINT8 = 2;
  static final int INT8 = 3;
  static final int INT64 = 7;
  static final int BOOL = 9;

  /**
   * A graph input or output.
   *
   * @param dims a Long for a fixed size, a String for a named one
   */
  record Value(String name, int elementType, List<Object> dims) {}

  /** Domain of the operators that ONNX Runtime adds to the standard's. */
  static final String MICROSOFT = "com.microsoft";

  /**
   * @param domain of the operator, empty for the standard's
   * @param attributes Long, long[] or Float values by name
   */
  record Node(
      String domain,
      String op,
      List<String> inputs,
      List<String> outputs,
      Map<String, Object> attributes) {}

  /** Writes the raw data of an initializer: little-endian, row-major. */
  @FunctionalInterface
  interface RawData {
    void writeTo(OutputStream out) throws IOException;
  }

  /**
   * A constant of the graph.
   *
   * @param byteLength of the raw data
   */
  record Initializer(String name, int elementType, long[] dims, long byteLength, RawData data) {}

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
    long bytes = payload.elements() * type.bytes();
    return constant(name, type.onnxCode(), bytes, out -> payload.writeTo(out, type), dims);
  }

  /** Adds a constant whose raw data is written while the graph is. */
  String constant(String name, int elementType, long byteLength, RawData data, long... dims) {
    initializers.add(new Initializer(name, elementType, dims, byteLength, data));
    return name;
  }

  /** A one-dimensional int64 constant. */
  String integers(String name, long... values) {
    return int64(name, values, values.length);
  }

  /** Adds an int64 constant without dimensions; returns its name. */
  String scalar(String name, long value) {
    return int64(name, new long[] {value});
  }

  private String int64(String name, long[] values, long... dims) {
    ByteBuffer raw = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    raw.asLongBuffer().put(values);
    return constant(name, INT64, raw.capacity(), out -> out.write(raw.array()), dims);
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
    nodes.add(new Node("", op, inputs, outputs, attributes));
    return outputs;
  }

  /** Adds a node of an operator of {@link #MICROSOFT}; returns its output. */
  String contribNode(String op, Map<String, Object> attributes, List<String> inputs) {
    String output = op + "_" + counter++;
    nodes.add(new Node(MICROSOFT, op, inputs, List.of(output), attributes));
    return output;
  }

  /** Adds a node whose outputs are named by the caller, as graph outputs are. */
  void nodeNamed(
      String op, Map<String, Object> attributes, List<String> inputs, List<String> outputs) {
    nodes.add(new Node("", op, inputs, outputs, attributes));
  }
}
