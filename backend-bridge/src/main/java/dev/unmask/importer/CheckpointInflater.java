package dev.unmask.importer;

import dev.unmask.files.OutputDirectory;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Widens and deepens a checkpoint without changing what it computes, so that a small model costs
 * what a large one does. The directory appears complete or not at all. Stateless; any thread.
 */
public final class CheckpointInflater {
  private static final List<String> COPIED =
      List.of(
          "added_tokens.json",
          "chat_template.jinja",
          "generation_config.json",
          "merges.txt",
          "special_tokens_map.json",
          "tokenizer.json",
          "tokenizer.model",
          "tokenizer_config.json",
          "vocab.json");

  private final long shardBytes;

  /** An inflater. */
  public CheckpointInflater() {
    this(ShardedWeights.SHARD_BYTES);
  }

  CheckpointInflater(long shardBytes) {
    this.shardBytes = shardBytes;
  }

  /**
   * What was written.
   *
   * @param directory the checkpoint
   * @param parameters all its weights
   * @param perPass those that a pass reads: all but an embedding that is not the head too
   */
  public record Result(Path directory, long parameters, long perPass) {}

  /**
   * Widens a checkpoint.
   *
   * @throws UnmaskException ALREADY_EXISTS where the output does; INVALID_ARGUMENT for a shape
   *     smaller than the checkpoint's; else as {@link CheckpointImporter#run}
   */
  public Result run(InflateRequest request) {
    OutputDirectory.requireAbsent(request.output());
    DataType type = DataType.of(request.dtype());
    ConfigFile config = ConfigFile.read(request.checkpoint().resolve("config.json"));
    Network network = NetworkReader.read(config);
    TargetShape shape = TargetShape.of(network, request.shape());
    FamilyTraits traits = FamilyTraits.of(network, config, asImport(request));
    try (Checkpoint checkpoint = Checkpoint.open(request.checkpoint());
        LoraAdapter adapter =
            request.adapter() == null ? null : LoraAdapter.open(request.adapter())) {
      Weights weights = new Weights(checkpoint, adapter);
      List<InflatedTensor> tensors = InflatedWeights.of(network, shape, weights, request.seed());
      weights.requireAllUsed(network);
      String json = InflatedConfig.of(config, network, shape, traits, type).toPrettyString();
      Path directory = write(request, tensors, type, json);
      long parameters = tensors.stream().mapToLong(InflatedTensor::elements).sum();
      long lookedUp = network.tied() ? 0 : (long) shape.vocab() * shape.hidden();
      return new Result(directory, parameters, parameters - lookedUp);
    }
  }

  private Path write(
      InflateRequest request, List<InflatedTensor> tensors, DataType type, String config) {
    Path output = request.output().toAbsolutePath().normalize();
    try (OutputDirectory directory = OutputDirectory.create(output, "output", "inflate")) {
      Files.writeString(directory.resolve("config.json"), config);
      for (String name : COPIED) {
        Path file = request.checkpoint().resolve(name);
        if (Files.isRegularFile(file)) {
          Files.copy(file, directory.resolve(name));
        }
      }
      new ShardedWeights(shardBytes).write(directory, tensors, type);
      return directory.publish();
    } catch (IOException e) {
      throw new UnmaskException(
          ErrorCode.UNAVAILABLE, "writing " + output + ": " + e.getMessage(), e);
    }
  }

  /** The import whose defaults that of the result shall have. */
  private static ImportRequest asImport(InflateRequest request) {
    ImportRequest plain =
        ImportRequest.of(request.checkpoint(), request.output(), "inflated")
            .withAdapter(request.adapter());
    return request.blockSize() == null ? plain : plain.withBlockSize(request.blockSize());
  }
}
