package dev.unmask.bridge.engine.tensorrt;

import static java.util.Map.entry;

import java.util.Map;
import java.util.Set;

/**
 * What the parser takes of one operator.
 *
 * @param attributes names that may be set
 * @param inputs at least and at most
 * @param outputs at most
 * @param types of the first input
 * @param same how many leading inputs have one type
 * @param others types of each further input, by index; those not named may have any
 */
record OperatorRule(
    Set<String> attributes,
    int minInputs,
    int inputs,
    int outputs,
    Set<Integer> types,
    int same,
    Map<Integer, Set<Integer>> others) {

  private static final int MANY = Integer.MAX_VALUE;
  private static final Set<Integer> FLOATS = OnnxModel.FLOATS;
  private static final Set<Integer> INDICES = Set.of(OnnxModel.INT32, OnnxModel.INT64);
  private static final Set<Integer> NUMBERS =
      Set.of(
          OnnxModel.FLOAT, OnnxModel.FLOAT16, OnnxModel.BFLOAT16, OnnxModel.INT32, OnnxModel.INT64);

  /** Types that tensors may have at all. */
  static final Set<Integer> ALL =
      Set.of(
          OnnxModel.FLOAT,
          OnnxModel.FLOAT16,
          OnnxModel.BFLOAT16,
          OnnxModel.INT32,
          OnnxModel.INT64,
          OnnxModel.BOOL);

  private static final Map<Integer, Set<Integer>> SECOND_IS_SHAPE =
      Map.of(1, Set.of(OnnxModel.INT64));

  /** The operators taken, by name. */
  static final Map<String, OperatorRule> OPERATORS =
      Map.ofEntries(
          entry("Add", arithmetic(NUMBERS)),
          entry(
              "Attention",
              new OperatorRule(
                  Set.of("scale"), 4, 4, 1, FLOATS, 3, Map.of(3, Set.of(OnnxModel.BOOL)))),
          entry("Cast", new OperatorRule(Set.of("to"), 1, 1, 1, ALL, 1, Map.of())),
          entry("Concat", new OperatorRule(Set.of("axis"), 1, MANY, 1, ALL, MANY, Map.of())),
          entry("Div", arithmetic(NUMBERS)),
          entry("Exp", unary()),
          entry("Gather", new OperatorRule(Set.of("axis"), 2, 2, 1, ALL, 1, Map.of(1, INDICES))),
          entry("Gemm", new OperatorRule(Set.of("transA", "transB"), 2, 3, 1, FLOATS, 3, Map.of())),
          entry("Log", unary()),
          entry("LogSoftmax", new OperatorRule(Set.of("axis"), 1, 1, 1, FLOATS, 1, Map.of())),
          entry("MatMul", arithmetic(FLOATS)),
          entry("Mul", arithmetic(NUMBERS)),
          entry("RMSNormalization", rmsNormalization()),
          entry("ReduceLogSumExp", reduction()),
          entry("ReduceMax", reduction()),
          entry("ReduceMean", reduction()),
          entry("ReduceSum", reduction()),
          entry("Reshape", new OperatorRule(Set.of(), 2, 2, 1, ALL, 1, SECOND_IS_SHAPE)),
          entry(
              "RotaryEmbedding",
              new OperatorRule(Set.of("interleaved"), 4, 4, 1, FLOATS, 3, Map.of(3, INDICES))),
          entry("Shape", new OperatorRule(Set.of(), 1, 1, 1, ALL, 1, Map.of())),
          entry("Sigmoid", unary()),
          entry(
              "Slice",
              new OperatorRule(
                  Set.of(), 3, 5, 1, ALL, 1, Map.of(1, INDICES, 2, INDICES, 3, INDICES))),
          entry("Softmax", new OperatorRule(Set.of("axis"), 1, 1, 1, FLOATS, 1, Map.of())),
          entry("Split", new OperatorRule(Set.of("axis"), 2, 2, MANY, ALL, 1, SECOND_IS_SHAPE)),
          entry("Sub", arithmetic(NUMBERS)),
          entry(
              "TensorScatter",
              new OperatorRule(Set.of("axis", "mode"), 3, 3, 1, FLOATS, 2, Map.of(2, INDICES))),
          entry(
              "TopK",
              new OperatorRule(
                  Set.of("axis", "largest", "sorted"), 2, 2, 2, NUMBERS, 1, SECOND_IS_SHAPE)),
          entry("Transpose", new OperatorRule(Set.of("perm"), 1, 1, 1, ALL, 1, Map.of())));

  private static OperatorRule arithmetic(Set<Integer> types) {
    return new OperatorRule(Set.of(), 2, 2, 1, types, 2, Map.of());
  }

  private static OperatorRule unary() {
    return new OperatorRule(Set.of(), 1, 1, 1, FLOATS, 1, Map.of());
  }

  private static OperatorRule reduction() {
    return new OperatorRule(Set.of("keepdims"), 2, 2, 1, NUMBERS, 1, SECOND_IS_SHAPE);
  }

  private static OperatorRule rmsNormalization() {
    return new OperatorRule(Set.of("axis", "epsilon"), 2, 2, 1, FLOATS, 2, Map.of());
  }
}
