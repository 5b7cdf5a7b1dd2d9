package dev.unmask.bridge.engine.tensorrt;

import static org.bytedeco.tensorrt.global.nvinfer.createInferRuntime;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unmask.repository.ModelManifest;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.bytedeco.tensorrt.global.nvinfer.CausalMaskKind;
import org.bytedeco.tensorrt.global.nvinfer.DataType;
import org.bytedeco.tensorrt.nvinfer.Dims64;
import org.bytedeco.tensorrt.nvinfer.IAttention;
import org.bytedeco.tensorrt.nvinfer.IBuilderConfig;
import org.bytedeco.tensorrt.nvinfer.INetworkDefinition;
import org.bytedeco.tensorrt.nvinfer.ITensor;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The real TensorRT takes what the importer writes, and makes of it what the engine relies on. */
@Tag("tensorrt")
class ITTensorRtParser {
  private static final List<String> DTYPES = List.of("fp32", "fp16", "bf16");

  @TempDir static Path repository;
  @TempDir Path own;
  private static TensorRtBuilder builder;

  @BeforeAll
  static void load() throws Exception {
    TensorRtNatives.load();
    builder = TensorRtBuilder.open();
  }

  @AfterAll
  static void close() {
    builder.close();
  }

  static Stream<Arguments> models() {
    List<String> names =
        List.of(
            "dream-bf16",
            "llada-gqa-tied",
            "llama-attention-bias-f16",
            "llama-gqa-llama3rope-tied",
            "qwen2-gqa-tied",
            "qwen3-gqa",
            "sdar-sharded",
            "tiny_ar",
            "tiny_llada",
            "tiny_d2f");
    return names.stream().flatMap(name -> DTYPES.stream().map(type -> Arguments.of(name, type)));
  }

  /** An export of its own, apart from those of the parameterized test. */
  private Path graph(String name) {
    return TensorRtNatives.export(name, "fp32", own);
  }

  @ParameterizedTest
  @MethodSource("models")
  void exportedGraph_isTaken(String name, String dtype) {
    Path directory = TensorRtNatives.export(name, dtype, repository);
    ModelManifest manifest = ModelManifest.read(directory);
    OnnxModel graph = GraphRules.check(GraphHash.file(directory));
    try (TensorRtBuilder work = TensorRtBuilder.open()) {
      ParsedNetwork parsed = ParsedNetwork.parse(work, GraphHash.file(directory));
      parsed.check(manifest.layers());
      attentions(parsed, manifest.maxContext());
      INetworkDefinition network = parsed.network();
      same(graph.inputs(), network.getNbInputs(), network::getInput);
      same(graph.outputs(), network.getNbOutputs(), network::getOutput);
      Set<String> caches = new HashSet<>();
      graph.outputs().stream()
          .map(OnnxModel.Value::name)
          .filter(output -> output.startsWith("present_"))
          .forEach(caches::add);
      assertEquals(caches, new HashSet<>(parsed.cacheUpdates()));
      assertEquals(2 * manifest.layers(), caches.size());
      parsed.makeDecomposable();
      readsCacheItself(parsed);
      profiles(work, directory, manifest, graph);
    }
  }

  private static void attentions(ParsedNetwork parsed, int capacity) {
    for (IAttention attention : parsed.attentions()) {
      assertEquals("attention_mask", attention.getMask().getName());
      assertEquals(List.of(-1L, 1L, -1L, (long) capacity), dims(attention.getMask()));
      assertEquals(CausalMaskKind.kNONE, attention.getCausalKind().intern());
      assertFalse(attention.getDecomposable());
    }
  }

  /** Keys and values are the updated caches, with nothing computed over them in between. */
  private static void readsCacheItself(ParsedNetwork parsed) {
    assertEquals(2 * parsed.attentions().size(), parsed.dropUnitScales());
    assertEquals(0, parsed.dropUnitScales());
    for (int layer = 0; layer < parsed.attentions().size(); layer++) {
      IAttention attention = parsed.attentions().get(layer);
      assertEquals("present_key." + layer, attention.getInput(1).getName());
      assertEquals("present_value." + layer, attention.getInput(2).getName());
      assertEquals(dims(attention.getInput(1)), dims(attention.getInput(2)));
      assertEquals("attention_mask", attention.getMask().getName());
    }
  }

  private static void profiles(
      TensorRtBuilder work, Path directory, ModelManifest manifest, OnnxModel graph) {
    PlanRequest request = new PlanRequest(null, 32, null, null, 1L << 30, null, false);
    IBuilderConfig config = new PlanBuilder(directory, manifest, request).configure(work, graph);
    assertEquals(request.profiles(manifest).size(), config.getNbOptimizationProfiles());
  }

  private static void same(
      List<OnnxModel.Value> declared, int count, IntFunction<ITensor> tensors) {
    List<String> expected = new ArrayList<>();
    declared.forEach(
        value ->
            expected.add(
                value.name()
                    + " "
                    + OnnxModel.typeName(value.type())
                    + value.dims().stream().map(OnnxModel.Dim::size).toList()));
    List<String> actual = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      ITensor tensor = tensors.apply(i);
      actual.add(tensor.getName() + " " + type(tensor) + dims(tensor));
    }
    expected.sort(null);
    actual.sort(null);
    assertEquals(expected, actual);
  }

  private static String type(ITensor tensor) {
    DataType type = tensor.getType().intern();
    return switch (type) {
      case kFLOAT -> "fp32";
      case kHALF -> "fp16";
      case kBF16 -> "bf16";
      case kINT64 -> "int64";
      case kBOOL -> "bool";
      default -> type.toString();
    };
  }

  private static List<Long> dims(ITensor tensor) {
    Dims64 dims = tensor.getDimensions();
    List<Long> result = new ArrayList<>();
    for (int i = 0; i < dims.nbDims(); i++) {
      result.add(dims.d(i));
    }
    return result;
  }

  @Test
  void profileWithSizesOutOfOrder_isRefused() {
    Path directory = graph("qwen3-gqa");
    OnnxModel graph = OnnxReader.read(GraphHash.file(directory));
    try (TensorRtBuilder work = TensorRtBuilder.open()) {
      ParsedNetwork.parse(work, GraphHash.file(directory));
      IBuilderConfig config = work.own("createBuilderConfig", work.builder().createBuilderConfig());
      ShapeRange wrong = new ShapeRange(4, 4, 1);
      PlanProfile profile = new PlanProfile("decode", wrong, wrong, wrong);
      UnmaskException e =
          assertThrows(
              UnmaskException.class,
              () -> NetworkProfile.add(work, config, graph.inputs(), profile, 0));
      assertEquals(ErrorCode.INTERNAL, e.code());
      assertTrue(e.getMessage().contains(" in decode") || e.getMessage().contains(" of decode"));
      assertEquals(0, config.getNbOptimizationProfiles());
    }
  }

  /** The parser's own words reach the user, with node and operator. */
  @Test
  void foreignOperator_isRefusedByName() throws Exception {
    Path directory = graph("sdar-sharded");
    byte[] model = Files.readAllBytes(GraphHash.file(directory));
    String text = new String(model, StandardCharsets.ISO_8859_1);
    Path damaged = repository.resolve("damaged.onnx");
    Files.write(
        damaged,
        text.replace("TensorScatter", "TensorScrambl").getBytes(StandardCharsets.ISO_8859_1));
    try (TensorRtBuilder work = TensorRtBuilder.open()) {
      UnmaskException e =
          assertThrows(UnmaskException.class, () -> ParsedNetwork.parse(work, damaged));
      assertEquals(ErrorCode.UNSUPPORTED, e.code());
      assertTrue(e.getMessage().contains("(TensorScrambl)"), e.getMessage());
      assertEquals(1, e.getMessage().lines().count());
    }
  }

  /** Without a device the build itself fails; the error names the call and what TensorRT says. */
  @Test
  void build_namesTheCallAndTensorRtsReason() {
    Path directory = graph("qwen2-gqa-tied");
    ModelManifest manifest = ModelManifest.read(directory);
    OnnxModel graph = OnnxReader.read(GraphHash.file(directory));
    try (TensorRtBuilder work = TensorRtBuilder.open()) {
      ParsedNetwork parsed = ParsedNetwork.parse(work, GraphHash.file(directory));
      IBuilderConfig config =
          new PlanBuilder(directory, manifest, PlanRequest.ofDefaults()).configure(work, graph);
      UnmaskException e =
          assertThrows(
              UnmaskException.class,
              () ->
                  work.own(
                      "buildSerializedNetwork",
                      work.builder().buildSerializedNetwork(parsed.network(), config)));
      assertTrue(e.getMessage().startsWith("buildSerializedNetwork: IBuilder::"), e.getMessage());
      assertEquals(1, e.getMessage().lines().count());
    }
  }

  /** {@code deallocate()} of the presets does nothing; {@link Destructors} does. */
  @Test
  void closedBuilder_leavesNoMemory() throws Exception {
    Path file = GraphHash.file(graph("tiny_llada"));
    long before = 0;
    for (int i = 0; i < 30; i++) {
      if (i == 10) {
        before = TensorRtNatives.residentBytes();
      }
      try (TensorRtBuilder work = TensorRtBuilder.open()) {
        ParsedNetwork.parse(work, file);
      }
    }
    long grown = TensorRtNatives.residentBytes() - before;
    assertTrue(grown < 60 << 20, "20 networks of 12 MB of weights left " + grown + " bytes");
  }

  /** It gets no runtime without a device, and what it gets is no null either. */
  @Test
  void runtimeWithoutDevice_isRefused() {
    UnmaskException e =
        assertThrows(
            UnmaskException.class,
            () -> builder.own("createInferRuntime", createInferRuntime(TensorRtLog.shared())));
    assertEquals(ErrorCode.INTERNAL, e.code());
    assertTrue(e.getMessage().startsWith("createInferRuntime: "), e.getMessage());
  }

  @Test
  void version_isTheOneTheProjectIsBuiltWith() {
    assertEquals(
        "11.2",
        Arrays.stream(builder.version().split("\\."))
            .limit(2)
            .reduce((a, b) -> a + "." + b)
            .orElseThrow());
  }
}
