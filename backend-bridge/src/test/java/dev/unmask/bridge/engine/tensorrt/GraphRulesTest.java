package dev.unmask.bridge.engine.tensorrt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unmask.bridge.engine.ContractModels;
import dev.unmask.bridge.engine.tensorrt.OnnxModel.Dim;
import dev.unmask.bridge.engine.tensorrt.OnnxModel.Initializer;
import dev.unmask.bridge.engine.tensorrt.OnnxModel.Node;
import dev.unmask.bridge.engine.tensorrt.OnnxModel.Value;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class GraphRulesTest {
  private static final String BASE = "llada-gqa-tied";
  private static final String[] ARCHITECTURES = {
    "dream-bf16",
    BASE,
    "llama-attention-bias-f16",
    "llama-gqa-llama3rope-tied",
    "qwen2-gqa-tied",
    "qwen3-gqa",
    "sdar-sharded",
  };

  @TempDir static Path repository;
  private static OnnxModel graph;

  @BeforeAll
  static void export() {
    graph = read(BASE, "bf16");
  }

  private static OnnxModel read(String architecture, String dtype) {
    Path directory = ContractModels.load(architecture, dtype, repository).directory();
    return OnnxReader.read(directory.resolve("model.onnx"));
  }

  static Stream<Arguments> exports() {
    return Arrays.stream(ARCHITECTURES)
        .flatMap(name -> Stream.of("fp32", "fp16", "bf16").map(type -> Arguments.of(name, type)));
  }

  @ParameterizedTest
  @MethodSource("exports")
  void everyExport_passes(String architecture, String dtype) {
    boolean shared = architecture.equals(BASE) && dtype.equals("bf16");
    OnnxModel model = shared ? graph : read(architecture, dtype);
    assertEquals(List.of(), GraphRules.violations(model));
    long attentions = model.nodes().stream().filter(n -> n.op().equals("Attention")).count();
    long updates = model.nodes().stream().filter(n -> n.op().equals("TensorScatter")).count();
    assertTrue(attentions > 0);
    assertEquals(2 * attentions, updates);
  }

  @Test
  void reader_readsWhatTheExporterWrote() {
    assertEquals(Map.of("", 24L), graph.opsets());
    assertEquals(List.of(), GraphRules.violations(graph));
    Value mask =
        graph.inputs().stream().filter(v -> v.name().equals("attention_mask")).findAny().get();
    assertEquals("[batch, 1, query, " + 512 + "]", mask.dims().toString());
    assertEquals(OnnxModel.BOOL, mask.type());
    Initializer count =
        graph.initializers().stream()
            .filter(c -> c.name().equals("candidate_count"))
            .findAny()
            .get();
    assertEquals(List.of(256L), count.integers());
    assertEquals(1f, node("Attention").attributes().get("scale"));
    assertEquals(List.of(0L, 2L, 1L, 3L), node("Transpose").attributes().get("perm"));
  }

  @Test
  void noModel_namesTheFile() throws Exception {
    Path file = Files.writeString(repository.resolve("text.onnx"), "no model at all");
    UnmaskException e = assertThrows(UnmaskException.class, () -> GraphRules.check(file));
    assertEquals(ErrorCode.INVALID_ARGUMENT, e.code());
    assertTrue(e.getMessage().contains(file.toString()), e.getMessage());
    Path absent = repository.resolve("absent.onnx");
    assertEquals(
        ErrorCode.NOT_FOUND,
        assertThrows(UnmaskException.class, () -> GraphRules.check(absent)).code());
    Path empty = Files.createFile(repository.resolve("empty.onnx"));
    e = assertThrows(UnmaskException.class, () -> GraphRules.check(empty));
    assertEquals(ErrorCode.UNSUPPORTED, e.code());
    assertEquals(
        empty
            + ": TensorRT does not take this graph: graph: opset: operator set null is not between"
            + " 9 and 24",
        e.getMessage());
  }

  /** A change to the exported graph that breaks one rule. */
  record Break(GraphRule rule, String where, OnnxModel graph) {
    @Override
    public String toString() {
      return rule.id() + " at " + where;
    }
  }

  static Stream<Break> breaks() {
    Node scatter = node("TensorScatter");
    Node attention = node("Attention");
    String past = scatter.input(0);
    return Stream.of(
        new Break(GraphRule.OPSET, "graph", opset("", 8)),
        new Break(GraphRule.OPSET, "graph", opset("", 25)),
        new Break(
            GraphRule.DOMAIN,
            "Gemm",
            edit("Gemm", n -> call(n, "MatMulNBits", "com.microsoft", n.inputs()))),
        new Break(
            GraphRule.DOMAIN,
            "graph",
            new OnnxModel(
                graph.opsets(),
                List.of("f"),
                graph.nodes(),
                graph.inputs(),
                graph.outputs(),
                graph.initializers())),
        new Break(
            GraphRule.OPERATOR,
            "MatMulInteger",
            edit("Gemm", n -> call(n, "MatMulInteger", "", n.inputs()))),
        new Break(GraphRule.ATTRIBUTE, "Attention", attribute("Attention", "is_causal", 1L)),
        new Break(GraphRule.ATTRIBUTE, "Attention", attribute("Attention", "softcap", 30f)),
        new Break(
            GraphRule.ATTRIBUTE, "Attention", attribute("Attention", "qk_matmul_output_mode", 1L)),
        new Break(GraphRule.ATTRIBUTE, "Softmax", attribute("Softmax", "stash_type", 1L)),
        new Break(GraphRule.ARITY, "Attention", withInputs("Attention", past, past)),
        new Break(GraphRule.ARITY, "Attention", withInputs("Attention", "", "", "write_indices")),
        new Break(
            GraphRule.ARITY,
            "Attention",
            edit("Attention", n -> returning(n, n.outputs().get(0), "qk"))),
        new Break(
            GraphRule.ARITY,
            "Attention",
            edit("Attention", n -> taking(n, n.inputs().subList(0, 3)))),
        new Break(GraphRule.ORDER, "Attention", input("Attention", 3, "nothing")),
        new Break(
            GraphRule.ORDER,
            "output extra",
            output("extra", OnnxModel.FLOAT, List.of(new Dim(1, null)))),
        new Break(GraphRule.TYPE, "TensorScatter", input("TensorScatter", 2, "guidance")),
        new Break(GraphRule.TYPE, "Cast", attribute("Cast", "to", 3L)),
        new Break(GraphRule.TYPE, "input guidance", inputType("guidance", 11)),
        new Break(GraphRule.TYPE, "constant head_norm_x", constant("head_norm_x", 3, null)),
        new Break(GraphRule.TYPE, "Attention", inputType("attention_mask", OnnxModel.INT64)),
        new Break(GraphRule.TYPE, "Attention", inputType("attention_mask", OnnxModel.FLOAT)),
        new Break(GraphRule.SAME_TYPE, "Gemm", input("Gemm", 1, "final_norm")),
        new Break(GraphRule.SAME_TYPE, "TensorScatter", inputType(past, OnnxModel.FLOAT16)),
        new Break(GraphRule.SAME_TYPE, "RotaryEmbedding", input("RotaryEmbedding", 1, "embedding")),
        new Break(GraphRule.SAME_TYPE, "output candidate_ids", outputType("candidate_ids", 6)),
        new Break(GraphRule.CONSTANT, "ReduceMax", input("ReduceMax", 1, "output_rows")),
        new Break(GraphRule.CONSTANT, "TopK", input("TopK", 1, "output_rows")),
        new Break(GraphRule.CONSTANT, "Split", input("Split", 1, "output_rows")),
        new Break(GraphRule.CONSTANT, "Slice", input("Slice", 1, "output_rows")),
        new Break(
            GraphRule.CACHE_INPUT, "TensorScatter", input("TensorScatter", 0, scatter.input(1))),
        new Break(GraphRule.CACHE_INPUT, "TensorScatter", inputDim(past, 2, new Dim(-1, "query"))),
        new Break(
            GraphRule.CACHE_OUTPUT,
            "TensorScatter",
            edit("TensorScatter", n -> returning(n, "other"))),
        new Break(GraphRule.CACHE_OUTPUT, "TensorScatter", inputDim(past, 2, new Dim(640, null))),
        new Break(
            GraphRule.CACHE_UPDATE,
            "TensorScatter",
            insertAfter(
                scatter,
                new Node(
                    "TensorScatter/again",
                    scatter.op(),
                    "",
                    scatter.inputs(),
                    scatter.outputs(),
                    scatter.attributes()))),
        new Break(GraphRule.CACHE_UPDATE, "TensorScatter", attribute("TensorScatter", "axis", 2L)),
        new Break(
            GraphRule.CACHE_UPDATE,
            "TensorScatter",
            attribute("TensorScatter", "mode", "circular")),
        new Break(GraphRule.CACHE_UPDATE, "TensorScatter", input("TensorScatter", 1, "embedding")),
        new Break(GraphRule.ATTENTION_SHAPE, "Attention", input("Attention", 0, "embedding")),
        new Break(GraphRule.ATTENTION_MASK, "Attention", inputDim("attention_mask", 1, null)),
        new Break(
            GraphRule.ATTENTION_MASK, "Attention", inputDim("attention_mask", 1, new Dim(4, null))),
        new Break(
            GraphRule.ATTENTION_MASK,
            "Attention",
            inputDim("attention_mask", 3, new Dim(511, null))),
        new Break(GraphRule.ATTENTION_SCALE, "Attention", attribute("Attention", "scale", 0.25f)),
        new Break(
            GraphRule.ATTENTION_SCALE,
            "Attention",
            edit(
                "Attention",
                n -> new Node(n.name(), n.op(), "", n.inputs(), n.outputs(), Map.of()))),
        new Break(GraphRule.TOP_K, "TopK", constant("candidate_count", 7, List.of(3841L))),
        new Break(GraphRule.TOP_K, "TopK", attribute("TopK", "sorted", 0L)),
        new Break(
            GraphRule.LOG_SUM_EXP,
            "ReduceLogSumExp",
            edit("ReduceMax", n -> call(n, "ReduceLogSumExp", "", n.inputs()))),
        new Break(GraphRule.SYMBOL, "input input_ids", inputDim("input_ids", 1, new Dim(-1, "T"))),
        new Break(
            GraphRule.OUTPUT_TYPE,
            "output " + attention.outputs().get(0),
            output(attention.outputs().get(0), OnnxModel.BFLOAT16, List.of())),
        new Break(
            GraphRule.LOCATION,
            "constant weight",
            constants(new Initializer("weight", 1, List.of(1L), null, "../weights"))));
  }

  @ParameterizedTest
  @MethodSource("breaks")
  void brokenGraph_namesNodeAndRule(Break broken) {
    List<GraphViolation> found = GraphRules.violations(broken.graph());
    assertTrue(
        found.stream()
            .anyMatch(v -> v.rule() == broken.rule() && v.where().contains(broken.where())),
        () -> broken + " is not among " + found);
  }

  @ParameterizedTest
  @EnumSource(GraphRule.class)
  void everyRule_canFail(GraphRule rule) {
    Set<GraphRule> broken = EnumSet.noneOf(GraphRule.class);
    breaks().forEach(b -> broken.add(b.rule()));
    assertTrue(broken.contains(rule), rule.id());
  }

  @Test
  void shiftedLogSumExp_passes() {
    Node maximum = node("ReduceMax");
    String values = maximum.input(0);
    String axis = maximum.input(1);
    List<Node> nodes = new ArrayList<>(graph.nodes());
    nodes.add(node("shift", "Sub", "shifted", values, maximum.outputs().get(0)));
    nodes.add(node("sum", "ReduceLogSumExp", "sum", "shifted", axis));
    assertEquals(List.of(), GraphRules.violations(with(nodes)));
    nodes.set(nodes.size() - 1, node("sum", "ReduceLogSumExp", "sum", values, axis));
    assertEquals(
        "node sum (ReduceLogSumExp): log-sum-exp: "
            + values
            + " is not a difference from its ReduceMax",
        GraphRules.violations(with(nodes)).get(0).toString());
  }

  private static Node node(String name, String op, String output, String... inputs) {
    return new Node(name, op, "", List.of(inputs), List.of(output), Map.of());
  }

  private static Node node(String op) {
    return graph.nodes().stream().filter(n -> n.op().equals(op)).findFirst().orElseThrow();
  }

  private static OnnxModel with(List<Node> nodes) {
    return new OnnxModel(
        graph.opsets(), List.of(), nodes, graph.inputs(), graph.outputs(), graph.initializers());
  }

  private static OnnxModel opset(String domain, long version) {
    Map<String, Long> opsets = new TreeMap<>(Map.of(domain, version));
    return new OnnxModel(
        opsets, List.of(), graph.nodes(), graph.inputs(), graph.outputs(), graph.initializers());
  }

  /** The graph with the first node of an operator changed. */
  private static OnnxModel edit(String op, UnaryOperator<Node> change) {
    Node old = node(op);
    return with(graph.nodes().stream().map(n -> n.equals(old) ? change.apply(n) : n).toList());
  }

  private static OnnxModel insertAfter(Node place, Node added) {
    List<Node> nodes = new ArrayList<>(graph.nodes());
    nodes.add(nodes.indexOf(place) + 1, added);
    return with(nodes);
  }

  private static Node call(Node n, String op, String domain, List<String> inputs) {
    return new Node(n.name(), op, domain, inputs, n.outputs(), n.attributes());
  }

  private static Node taking(Node n, List<String> inputs) {
    return call(n, n.op(), n.domain(), inputs);
  }

  private static Node returning(Node n, String... outputs) {
    return new Node(n.name(), n.op(), "", n.inputs(), List.of(outputs), n.attributes());
  }

  private static OnnxModel attribute(String op, String name, Object value) {
    return edit(
        op,
        n -> {
          Map<String, Object> attributes = new HashMap<>(n.attributes());
          attributes.put(name, value);
          return new Node(n.name(), n.op(), "", n.inputs(), n.outputs(), attributes);
        });
  }

  private static OnnxModel input(String op, int index, String name) {
    return edit(
        op,
        n -> {
          List<String> inputs = new ArrayList<>(n.inputs());
          inputs.set(index, name);
          return taking(n, inputs);
        });
  }

  /** With further inputs, as past_key, past_value and nonpad_kv_seqlen are. */
  private static OnnxModel withInputs(String op, String... more) {
    return edit(
        op,
        n -> {
          List<String> inputs = new ArrayList<>(n.inputs());
          inputs.addAll(List.of(more));
          return taking(n, inputs);
        });
  }

  private static OnnxModel values(List<Value> inputs, List<Value> outputs) {
    return new OnnxModel(
        graph.opsets(), List.of(), graph.nodes(), inputs, outputs, graph.initializers());
  }

  private static List<Value> change(List<Value> values, String name, UnaryOperator<Value> edit) {
    return values.stream().map(v -> v.name().equals(name) ? edit.apply(v) : v).toList();
  }

  private static OnnxModel inputType(String name, int type) {
    return values(
        change(graph.inputs(), name, v -> new Value(name, type, v.dims())), graph.outputs());
  }

  private static OnnxModel outputType(String name, int type) {
    return values(
        graph.inputs(), change(graph.outputs(), name, v -> new Value(name, type, v.dims())));
  }

  /** With a dimension replaced, or left out where it is null. */
  private static OnnxModel inputDim(String name, int axis, Dim dim) {
    return values(
        change(
            graph.inputs(),
            name,
            v -> {
              List<Dim> dims = new ArrayList<>(v.dims());
              dims.remove(axis);
              if (dim != null) {
                dims.add(axis, dim);
              }
              return new Value(name, v.type(), dims);
            }),
        graph.outputs());
  }

  private static OnnxModel output(String name, int type, List<Dim> dims) {
    List<Value> outputs = new ArrayList<>(graph.outputs());
    outputs.add(new Value(name, type, dims));
    return values(graph.inputs(), outputs);
  }

  private static OnnxModel constants(Initializer added) {
    List<Initializer> constants = new ArrayList<>(graph.initializers());
    constants.removeIf(c -> c.name().equals(added.name()));
    constants.add(added);
    return new OnnxModel(
        graph.opsets(), List.of(), graph.nodes(), graph.inputs(), graph.outputs(), constants);
  }

  private static OnnxModel constant(String name, int type, List<Long> integers) {
    return constants(new Initializer(name, type, List.of(1L), integers, null));
  }
}
