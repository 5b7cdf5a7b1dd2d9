package dev.unmask.importer;

import dev.unmask.files.OutputDirectory;
import dev.unmask.repository.ConfigPbtxtWriter;
import dev.unmask.repository.ModelManifest;
import dev.unmask.scheduler.AttentionKind;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Imports a checkpoint into a model repository. The model directory appears complete or not at all.
 * Stateless; any thread.
 */
public final class CheckpointImporter {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]*");
  private static final String GRAPH = "model.onnx";
  private static final String GRAPH_DATA = "model.onnx.data";
  private static final List<String> COPIED =
      List.of(
          "tokenizer.json",
          "tokenizer_config.json",
          "chat_template.jinja",
          "generation_config.json");

  /** Weights up to this many bytes are kept inside the graph file. */
  private static final long INLINE_LIMIT = 1L << 30;

  private final long inlineLimit;

  /** An importer. */
  public CheckpointImporter() {
    this(INLINE_LIMIT);
  }

  CheckpointImporter(long inlineLimit) {
    this.inlineLimit = inlineLimit;
  }

  /**
   * Imports a checkpoint.
   *
   * @return the directory written
   * @throws UnmaskException ALREADY_EXISTS for a taken name; NOT_FOUND for a missing file or
   *     tensor; UNSUPPORTED for an architecture or feature this build does not do; INVALID_ARGUMENT
   *     for a damaged file or a wrong value; UNAVAILABLE where the disk fails
   */
  public Path run(ImportRequest request) {
    if (!NAME.matcher(request.name()).matches()) {
      throw UnmaskException.invalid(
          "name=" + request.name() + " is not made of letters, digits, dot, dash and underscore");
    }
    OutputDirectory.requireAbsent(request.repository().resolve(request.name()));
    requireDirectory("checkpoint", request.checkpoint());
    ConfigFile config = ConfigFile.read(request.checkpoint().resolve("config.json"));
    Network network = NetworkReader.read(config);
    FamilyTraits traits = FamilyTraits.of(network, config, request);
    SpecialTokens tokens = SpecialTokens.read(request.checkpoint(), config, network.vocab());
    boolean causal = traits.attention() == AttentionKind.CAUSAL;
    if (!causal && tokens.mask() == null) {
      throw new UnmaskException(
          ErrorCode.NOT_FOUND,
          config.file() + ": no mask_token_id, and no mask_token in tokenizer_config.json");
    }
    if (!Files.isRegularFile(request.checkpoint().resolve("tokenizer.json"))) {
      throw new UnmaskException(
          ErrorCode.NOT_FOUND, "no file " + request.checkpoint().resolve("tokenizer.json"));
    }
    GraphOptions options =
        new GraphOptions(
            GraphFormat.of(request.dtype()),
            maxContext(request, network),
            candidates(request, network),
            causal ? List.of() : tokens.alwaysScored(),
            causal,
            traits.attention() == AttentionKind.FULL);
    try (Checkpoint checkpoint = Checkpoint.open(request.checkpoint());
        LoraAdapter adapter = openAdapter(request)) {
      Weights weights = new Weights(checkpoint, adapter);
      OnnxGraph graph = DecoderGraph.build(network, options, weights);
      weights.requireAllUsed(network);
      try (ModelDirectory directory = ModelDirectory.create(request.repository(), request.name())) {
        writeGraph(directory, graph);
        for (String file : COPIED) {
          directory.copyVersioned(request.checkpoint().resolve(file));
        }
        ModelManifest manifest =
            manifest(request, network, traits, tokens, options, weights, directory);
        directory.writeText("1/" + ModelManifest.FILE_NAME, manifest.toJson());
        directory.writeText("config.pbtxt", ConfigPbtxtWriter.write(manifest));
        return directory.publish();
      }
    }
  }

  private void writeGraph(ModelDirectory directory, OnnxGraph graph) {
    boolean external = OnnxWriter.weightBytes(graph) > inlineLimit;
    OnnxWriter writer = new OnnxWriter(graph, external ? GRAPH_DATA : null);
    directory.writeVersioned(GRAPH, writer::writeModel);
    if (external) {
      directory.writeVersioned(GRAPH_DATA, writer::writeExternalData);
    }
  }

  private static LoraAdapter openAdapter(ImportRequest request) {
    if (request.adapter() == null) {
      return null;
    }
    requireDirectory("adapter", request.adapter());
    return LoraAdapter.open(request.adapter());
  }

  private static void requireDirectory(String field, Path directory) {
    if (!Files.isDirectory(directory)) {
      throw new UnmaskException(
          ErrorCode.NOT_FOUND, field + "=" + directory + " is not a directory");
    }
  }

  private static int maxContext(ImportRequest request, Network network) {
    if (request.maxContext() == null) {
      return Math.min(network.maxPositions(), ImportRequest.DEFAULT_MAX_CONTEXT);
    }
    if (request.maxContext() < 1 || request.maxContext() > network.maxPositions()) {
      throw UnmaskException.invalid(
          "max_context="
              + request.maxContext()
              + " is not between 1 and the checkpoint's "
              + network.maxPositions());
    }
    return request.maxContext();
  }

  private static int candidates(ImportRequest request, Network network) {
    if (request.candidates() == null) {
      return Math.min(network.vocab(), ImportRequest.DEFAULT_CANDIDATES);
    }
    if (request.candidates() < 2 || request.candidates() > network.vocab()) {
      throw UnmaskException.invalid(
          "candidates="
              + request.candidates()
              + " is not between 2 and the vocabulary's "
              + network.vocab());
    }
    return request.candidates();
  }

  private static ModelManifest manifest(
      ImportRequest request,
      Network network,
      FamilyTraits traits,
      SpecialTokens tokens,
      GraphOptions options,
      Weights weights,
      ModelDirectory directory) {
    return new ModelManifest(
        ModelManifest.FORMAT,
        request.name(),
        network.family(),
        traits.attention().id(),
        traits.shiftLogits(),
        network.vocab(),
        network.layers(),
        network.queryHeads(),
        network.kvHeads(),
        network.headDim(),
        network.hidden(),
        network.intermediate(),
        options.format().id(),
        options.maxContext(),
        options.candidates(),
        options.causal() ? null : tokens.mask(),
        tokens.bos(),
        tokens.pad(),
        tokens.eos(),
        options.specialTokenIds(),
        traits.blockSize(),
        traits.algorithms(),
        traits.algorithms().get(0),
        traits.parameters(),
        weights.parameters(),
        directory.hashes());
  }
}
