package dev.unmask.bridge.engine.tensorrt;

import dev.unmask.bridge.engine.tensorrt.OnnxModel.Dim;
import dev.unmask.bridge.engine.tensorrt.OnnxModel.Initializer;
import dev.unmask.bridge.engine.tensorrt.OnnxModel.Node;
import dev.unmask.bridge.engine.tensorrt.OnnxModel.Value;
import dev.unmask.bridge.engine.tensorrt.TensorTypes.Type;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Holds an exported graph against {@link GraphRule}, on any machine: what passes is what the parser
 * takes and computes as ONNX says. Stateless but for one check; any thread.
 */
final class GraphRules {
  /** Free dimensions that optimisation profiles bound. */
  static final Set<String> SYMBOLS = Set.of("batch", "query", "rows");

  private static final int MIN_OPSET = 9;
  private static final int MAX_OPSET = 24;
  private static final int MAX_TOP_K = 3840;
  private static final int CAPACITY_AXIS = 2;

  private final OnnxModel model;
  private final TensorTypes types;
  private final List<GraphViolation> violations = new ArrayList<>();
  private final Map<String, Value> inputs = new HashMap<>();
  private final Map<String, Value> outputs = new HashMap<>();
  private final Map<String, Node> makers = new HashMap<>();
  private final Set<String> updatedCaches = new HashSet<>();

  private GraphRules(OnnxModel model) {
    this.model = model;
    this.types = new TensorTypes(model);
    model.inputs().forEach(value -> inputs.put(value.name(), value));
    model.outputs().forEach(value -> outputs.put(value.name(), value));
  }

  /**
   * Reads and checks a graph.
   *
   * @param file model.onnx
   * @return the graph
   * @throws UnmaskException UNSUPPORTED naming the first node and rule, and how many more there
   *     are; what {@link OnnxReader#read} throws
   */
  static OnnxModel check(Path file) {
    OnnxModel model = OnnxReader.read(file);
    List<GraphViolation> found = violations(model);
    if (!found.isEmpty()) {
      String more = found.size() == 1 ? "" : " (and " + (found.size() - 1) + " more)";
      throw new UnmaskException(
          ErrorCode.UNSUPPORTED,
          file + ": TensorRT does not take this graph: " + found.get(0) + more);
    }
    return model;
  }

  /** Every rule that a graph breaks, in the order of its nodes; empty where there is none. */
  static List<GraphViolation> violations(OnnxModel model) {
    GraphRules rules = new GraphRules(model);
    rules.graph();
    for (Node node : model.nodes()) {
      if (!rules.node(node)) {
        // What follows has unknown types.
        return rules.violations;
      }
    }
    rules.results();
    return rules.violations;
  }

  private void graph() {
    Long opset = model.opsets().get("");
    require(
        opset != null && opset >= MIN_OPSET && opset <= MAX_OPSET,
        GraphRule.OPSET,
        "graph",
        "operator set " + opset + " is not between " + MIN_OPSET + " and " + MAX_OPSET);
    for (String function : model.functions()) {
      require(false, GraphRule.DOMAIN, "graph", "function " + function + " of the model's own");
    }
    for (Value input : model.inputs()) {
      String where = "input " + input.name();
      requireType(input.type(), OperatorRule.ALL, where, "it");
      for (Dim dim : input.dims()) {
        require(
            dim.isFixed() || SYMBOLS.contains(dim.symbol()),
            GraphRule.SYMBOL,
            where,
            "dimension '" + dim + "' is none of batch, query, rows");
      }
    }
    for (Initializer constant : model.initializers()) {
      String where = "constant " + constant.name();
      requireType(constant.type(), OperatorRule.ALL, where, "it");
      String location = constant.location();
      require(
          location == null || (!location.contains("/") && !location.contains("..")),
          GraphRule.LOCATION,
          where,
          "its data is in '" + location + "', not beside the model");
    }
  }

  /** Checks a node and notes what it makes; false where its results' types cannot be known. */
  private boolean node(Node node) {
    String where = where(node);
    if (!node.domain().isEmpty() && !node.domain().equals("ai.onnx")) {
      return refuse(GraphRule.DOMAIN, where, "domain '" + node.domain() + "' is not ONNX's own");
    }
    OperatorRule rule = OperatorRule.OPERATORS.get(node.op());
    if (rule == null) {
      return refuse(GraphRule.OPERATOR, where, node.op() + " is not among those taken");
    }
    int count = node.inputs().size();
    boolean leftOut = node.inputs().contains("");
    if (count < rule.minInputs() || count > rule.inputs() || leftOut) {
      return refuse(GraphRule.ARITY, where, "inputs " + node.inputs());
    }
    require(
        node.outputs().size() <= rule.outputs(),
        GraphRule.ARITY,
        where,
        "outputs " + node.outputs() + ", at most " + rule.outputs() + " are taken");
    for (String input : node.inputs()) {
      if (types.of(input) == null) {
        return refuse(GraphRule.ORDER, where, "input " + input + " is made by no earlier node");
      }
    }
    for (String attribute : node.attributes().keySet()) {
      require(
          rule.attributes().contains(attribute),
          GraphRule.ATTRIBUTE,
          where,
          attribute + " is not among " + rule.attributes().stream().sorted().toList());
    }
    int before = violations.size();
    operandTypes(node, rule, where);
    operator(node, where);
    if (violations.size() > before) {
      return false;
    }
    types.add(node);
    node.outputs().forEach(output -> makers.put(output, node));
    return true;
  }

  private void operandTypes(Node node, OperatorRule rule, String where) {
    Type first = types.of(node.input(0));
    requireType(first.code(), rule.types(), where, node.input(0));
    for (int i = 1; i < node.inputs().size(); i++) {
      Type type = types.of(node.input(i));
      if (i < rule.same()) {
        require(
            type.code() == first.code(),
            GraphRule.SAME_TYPE,
            where,
            node.input(i)
                + " is "
                + OnnxModel.typeName(type.code())
                + ", "
                + node.input(0)
                + " is "
                + OnnxModel.typeName(first.code()));
      } else {
        requireType(
            type.code(), rule.others().getOrDefault(i, OperatorRule.ALL), where, node.input(i));
      }
    }
  }

  private void operator(Node node, String where) {
    switch (node.op()) {
      case "Attention" -> attention(node, where);
      case "TensorScatter" -> cacheUpdate(node, where);
      case "TopK" -> topK(node, where);
      case "Cast" ->
          requireType((int) node.integer("to", 0), OperatorRule.ALL, where, "attribute to");
      case "ReduceLogSumExp" -> {
        requireConstant(node, 1, where);
        require(
            isShifted(node.input(0)),
            GraphRule.LOG_SUM_EXP,
            where,
            node.input(0) + " is not a difference from its ReduceMax");
      }
      case "ReduceMax", "ReduceMean", "ReduceSum", "Split" -> requireConstant(node, 1, where);
      case "Slice" -> {
        for (int i = 1; i < node.inputs().size(); i++) {
          requireConstant(node, i, where);
        }
      }
      case "RMSNormalization", "RotaryEmbedding" -> {
        for (int i = 1; i < Math.min(3, node.inputs().size()); i++) {
          requireConstant(node, i, where);
        }
      }
      default -> {}
    }
  }

  private void attention(Node node, String where) {
    for (int i = 0; i < 3; i++) {
      int rank = types.of(node.input(i)).rank();
      require(
          rank == 4,
          GraphRule.ATTENTION_SHAPE,
          where,
          node.input(i) + " has rank " + rank + ", 4 is needed");
    }
    Type mask = types.of(node.input(3));
    Type keys = types.of(node.input(1));
    boolean broad = mask.rank() == 4 && mask.dim(1) == 1;
    require(
        broad && (keys.rank() != 4 || mask.dim(3) == keys.dim(CAPACITY_AXIS)),
        GraphRule.ATTENTION_MASK,
        where,
        node.input(3) + " is " + mask.dims() + ", keys are " + keys.dims());
    Object scale = node.attributes().get("scale");
    require(
        scale instanceof Float value && value == 1f,
        GraphRule.ATTENTION_SCALE,
        where,
        "scale is " + scale + ", 1 is needed");
  }

  private void cacheUpdate(Node node, String where) {
    Value cache = inputs.get(node.input(0));
    require(
        cache != null
            && cache.dims().size() == 4
            && cache.dim(1).isFixed()
            && cache.dim(2).isFixed()
            && cache.dim(3).isFixed(),
        GraphRule.CACHE_INPUT,
        where,
        cache == null
            ? node.input(0) + " is no graph input"
            : node.input(0) + " is " + cache.dims() + ", only the batch may be free, of rank 4");
    Value result = outputs.get(node.outputs().get(0));
    require(
        result != null && cache != null && result.dims().equals(cache.dims()),
        GraphRule.CACHE_OUTPUT,
        where,
        result == null
            ? node.outputs().get(0) + " is no graph output"
            : node.outputs().get(0) + " is " + result.dims() + ", not as its cache");
    require(
        updatedCaches.add(node.input(0)),
        GraphRule.CACHE_UPDATE,
        where,
        "a second update of " + node.input(0));
    Object mode = node.attributes().getOrDefault("mode", "linear");
    require(
        "linear".equals(mode), GraphRule.CACHE_UPDATE, where, "mode is " + mode + ", not linear");
    long axis = node.integer("axis", -2);
    require(axis == -2, GraphRule.CACHE_UPDATE, where, "axis is " + axis + ", not -2");
    Type update = types.of(node.input(1));
    require(
        update.rank() == 4
            && (cache == null
                || cache.dims().size() != 4
                || update.dim(CAPACITY_AXIS) <= cache.dim(CAPACITY_AXIS).size()),
        GraphRule.CACHE_UPDATE,
        where,
        "update " + node.input(1) + " is " + update.dims());
  }

  private void topK(Node node, String where) {
    requireConstant(node, 1, where);
    Initializer count = types.constant(node.input(1));
    if (count != null && count.integers() != null) {
      require(
          count.integers().size() == 1 && count.integers().get(0) <= MAX_TOP_K,
          GraphRule.TOP_K,
          where,
          "k is " + count.integers() + ", at most " + MAX_TOP_K + " is taken");
    }
    require(
        node.integer("sorted", 1) == 1,
        GraphRule.TOP_K,
        where,
        "sorted is " + node.integer("sorted", 1) + ", 1 is needed");
  }

  private boolean isShifted(String logits) {
    Node difference = makers.get(logits);
    if (difference == null || !difference.op().equals("Sub")) {
      return false;
    }
    Node maximum = makers.get(difference.input(1));
    return maximum != null
        && maximum.op().equals("ReduceMax")
        && maximum.input(0).equals(difference.input(0));
  }

  private void results() {
    Set<String> caches = new HashSet<>();
    for (Node node : model.nodes()) {
      if (node.op().equals("TensorScatter")) {
        caches.addAll(node.outputs());
      }
    }
    for (Value output : model.outputs()) {
      String where = "output " + output.name();
      Type made = types.of(output.name());
      if (made == null || !makers.containsKey(output.name())) {
        refuse(GraphRule.ORDER, where, "no node makes it");
        continue;
      }
      require(
          made.code() == output.type(),
          GraphRule.SAME_TYPE,
          where,
          "declared "
              + OnnxModel.typeName(output.type())
              + ", made as "
              + OnnxModel.typeName(made.code()));
      require(
          caches.contains(output.name())
              || output.type() == OnnxModel.FLOAT
              || output.type() == OnnxModel.INT64,
          GraphRule.OUTPUT_TYPE,
          where,
          "it is " + OnnxModel.typeName(output.type()) + ", neither fp32 nor int64");
    }
  }

  private void requireType(int code, Set<Integer> allowed, String where, String what) {
    require(
        allowed.contains(code),
        GraphRule.TYPE,
        where,
        what
            + " is "
            + OnnxModel.typeName(code)
            + ", none of "
            + allowed.stream().map(OnnxModel::typeName).sorted().toList());
  }

  private void requireConstant(Node node, int input, String where) {
    require(
        types.constant(node.input(input)) != null,
        GraphRule.CONSTANT,
        where,
        node.input(input) + " is computed, a constant is needed");
  }

  private void require(boolean holds, GraphRule rule, String where, String detail) {
    if (!holds) {
      violations.add(new GraphViolation(rule, where, detail));
    }
  }

  private boolean refuse(GraphRule rule, String where, String detail) {
    require(false, rule, where, detail);
    return false;
  }

  private static String where(Node node) {
    return "node " + node.name() + " (" + node.op() + ")";
  }
}
