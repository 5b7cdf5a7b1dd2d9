package dev.unmask.bridge.engine.tensorrt;

import dev.unmask.bridge.engine.tensorrt.OnnxModel.Initializer;
import dev.unmask.bridge.engine.tensorrt.OnnxModel.Node;
import dev.unmask.bridge.engine.tensorrt.OnnxModel.Value;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Types and, as far as they are known, dimensions of a graph's tensors, followed from its inputs
 * and constants through the operators that the exporter uses.
 */
final class TensorTypes {
  static final long UNKNOWN = -1;

  /**
   * @param dims {@link #UNKNOWN} for a size that is not fixed
   */
  record Type(int code, List<Long> dims) {
    int rank() {
      return dims.size();
    }

    long dim(int axis) {
      return dims.get(axis);
    }
  }

  private final Map<String, Type> types = new HashMap<>();
  private final Map<String, Initializer> constants = new HashMap<>();

  TensorTypes(OnnxModel model) {
    for (Value input : model.inputs()) {
      types.put(
          input.name(), new Type(input.type(), input.dims().stream().map(d -> d.size()).toList()));
    }
    for (Initializer constant : model.initializers()) {
      types.put(constant.name(), new Type(constant.type(), constant.dims()));
      constants.put(constant.name(), constant);
    }
  }

  /** A tensor's type, null where no node before this point makes it. */
  Type of(String name) {
    return types.get(name);
  }

  /** A constant, null where the tensor is computed. */
  Initializer constant(String name) {
    return constants.get(name);
  }

  /** Notes what a node makes; its inputs are known. */
  void add(Node node) {
    Type first = types.get(node.input(0));
    switch (node.op()) {
      case "Cast" -> put(node, 0, (int) node.integer("to", 0), first.dims());
      case "Shape" -> put(node, 0, OnnxModel.INT64, List.of((long) first.rank()));
      case "Reshape" -> put(node, 0, first.code(), reshaped(node));
      case "Gather" -> put(node, 0, first.code(), gathered(node, first));
      case "Concat" -> put(node, 0, first.code(), concatenated(node, first));
      case "Transpose" -> put(node, 0, first.code(), transposed(node, first));
      case "Slice" -> put(node, 0, first.code(), unknown(first.rank()));
      case "Split" -> split(node, first);
      case "Gemm" ->
          put(
              node,
              0,
              first.code(),
              List.of(
                  first.dim(node.integer("transA", 0) == 0 ? 0 : 1),
                  types.get(node.input(1)).dim(node.integer("transB", 0) == 0 ? 1 : 0)));
      case "MatMul" -> {
        List<Long> dims = new ArrayList<>(first.dims());
        Type second = types.get(node.input(1));
        dims.set(dims.size() - 1, second.dim(second.rank() - 1));
        put(node, 0, first.code(), dims);
      }
      case "Attention" -> {
        List<Long> dims = new ArrayList<>(first.dims());
        Type values = types.get(node.input(2));
        dims.set(dims.size() - 1, values.dim(values.rank() - 1));
        put(node, 0, first.code(), dims);
      }
      case "TopK" -> {
        List<Long> dims = new ArrayList<>(first.dims());
        Initializer count = constants.get(node.input(1));
        boolean known = count != null && count.integers() != null && !count.integers().isEmpty();
        dims.set(axis(node, first, -1), known ? count.integers().get(0) : UNKNOWN);
        put(node, 0, first.code(), dims);
        put(node, 1, OnnxModel.INT64, dims);
      }
      case "ReduceMax", "ReduceSum", "ReduceMean", "ReduceLogSumExp" ->
          put(node, 0, first.code(), reduced(node, first));
      case "Add", "Sub", "Mul", "Div" -> put(node, 0, first.code(), broadcast(node, first));
      default -> put(node, 0, first.code(), first.dims());
    }
  }

  private void put(Node node, int output, int code, List<Long> dims) {
    if (output < node.outputs().size()) {
      types.put(node.outputs().get(output), new Type(code, dims));
    }
  }

  /** A node's axis, counted from the front. */
  static int axis(Node node, Type type, long otherwise) {
    int axis = (int) node.integer("axis", otherwise);
    return axis < 0 ? axis + type.rank() : axis;
  }

  private List<Long> reshaped(Node node) {
    Initializer shape = constants.get(node.input(1));
    if (shape == null || shape.integers() == null) {
      return unknown((int) types.get(node.input(1)).dim(0));
    }
    return shape.integers().stream().map(size -> size > 0 ? size : Long.valueOf(UNKNOWN)).toList();
  }

  private List<Long> gathered(Node node, Type data) {
    int axis = axis(node, data, 0);
    List<Long> dims = new ArrayList<>(data.dims().subList(0, axis));
    dims.addAll(types.get(node.input(1)).dims());
    dims.addAll(data.dims().subList(axis + 1, data.rank()));
    return dims;
  }

  private List<Long> concatenated(Node node, Type first) {
    int axis = axis(node, first, 0);
    long sum = 0;
    for (String input : node.inputs()) {
      long size = types.get(input).dim(axis);
      sum = sum == UNKNOWN || size == UNKNOWN ? UNKNOWN : sum + size;
    }
    List<Long> dims = new ArrayList<>(first.dims());
    dims.set(axis, sum);
    return dims;
  }

  private static List<Long> transposed(Node node, Type first) {
    List<Long> dims = new ArrayList<>(first.dims());
    if (node.attributes().get("perm") instanceof List<?> order) {
      for (int i = 0; i < order.size(); i++) {
        dims.set(i, first.dim(((Long) order.get(i)).intValue()));
      }
    } else {
      Collections.reverse(dims);
    }
    return dims;
  }

  private void split(Node node, Type first) {
    Initializer sizes = constants.get(node.input(1));
    int axis = axis(node, first, 0);
    for (int i = 0; i < node.outputs().size(); i++) {
      List<Long> dims = new ArrayList<>(first.dims());
      boolean known = sizes != null && sizes.integers() != null && i < sizes.integers().size();
      dims.set(axis, known ? sizes.integers().get(i) : UNKNOWN);
      put(node, i, first.code(), dims);
    }
  }

  private List<Long> reduced(Node node, Type first) {
    Initializer axes = constants.get(node.input(1));
    if (axes == null || axes.integers() == null || node.integer("keepdims", 1) == 0) {
      return unknown(first.rank());
    }
    List<Long> dims = new ArrayList<>(first.dims());
    for (long axis : axes.integers()) {
      dims.set((int) (axis < 0 ? axis + dims.size() : axis), 1L);
    }
    return dims;
  }

  private List<Long> broadcast(Node node, Type first) {
    Type second = types.get(node.input(1));
    boolean firstIsLonger = first.rank() >= second.rank();
    Type longer = firstIsLonger ? first : second;
    Type shorter = firstIsLonger ? second : first;
    List<Long> dims = new ArrayList<>(longer.dims());
    int offset = longer.rank() - shorter.rank();
    for (int i = 0; i < shorter.rank(); i++) {
      if (dims.get(offset + i) == 1) {
        dims.set(offset + i, shorter.dim(i));
      }
    }
    return dims;
  }

  private static List<Long> unknown(int rank) {
    return new ArrayList<>(Collections.nCopies(rank, UNKNOWN));
  }
}
