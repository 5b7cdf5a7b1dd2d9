package dev.unmask.cli;

import dev.unmask.importer.CheckpointImporter;
import dev.unmask.importer.ImportRequest;
import dev.unmask.repository.ModelManifest;
import dev.unmask.scheduler.AttentionKind;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code unmask import}: turns a Hugging Face checkpoint into a model of a Triton repository. */
@Command(
    name = "import",
    description = "Import a Hugging Face checkpoint into a Triton model repository.",
    mixinStandardHelpOptions = true)
public final class ImportCommand implements Callable<Integer> {
  private static final int USER_ERROR = 2;

  @Spec private CommandSpec spec;

  @Option(
      names = "--checkpoint",
      required = true,
      paramLabel = "DIR",
      description = "directory with config.json, *.safetensors and tokenizer.json")
  private Path checkpoint;

  @Option(
      names = "--adapter",
      paramLabel = "DIR",
      description = "PEFT LoRA adapter to merge into the weights")
  private Path adapter;

  @Option(
      names = "--name",
      required = true,
      paramLabel = "NAME",
      description = "name of the model, and of its directory in the repository")
  private String name;

  @Option(
      names = "--repository",
      paramLabel = "DIR",
      defaultValue = "model-repository/models",
      description = "model repository to write into (default: ${DEFAULT-VALUE})")
  private Path repository;

  @Option(
      names = "--dtype",
      paramLabel = "TYPE",
      defaultValue = "fp32",
      description =
          "weights and KV cache: fp32, fp16, bf16 (default: ${DEFAULT-VALUE}), bf16 being for"
              + " TensorRT; int8, int4: quantised weights and an fp32 KV cache, for the CPU only")
  private String dtype;

  @Option(
      names = "--max-context",
      paramLabel = "N",
      description =
          "longest sequence in tokens (default: the checkpoint's limit, at most "
              + ImportRequest.DEFAULT_MAX_CONTEXT
              + ")")
  private Integer maxContext;

  @Option(
      names = "--attention",
      paramLabel = "KIND",
      description = "causal, full or block_causal (default: what the model family does)")
  private String attention;

  @Option(
      names = "--block-size",
      paramLabel = "N",
      description = "block size of a block_causal model (default: what config.json says)")
  private Integer blockSize;

  @Option(
      names = "--candidates",
      paramLabel = "K",
      description =
          "tokens the graph returns per position (default: "
              + ImportRequest.DEFAULT_CANDIDATES
              + ", or the vocabulary if smaller)")
  private Integer candidates;

  /**
   * Runs the import.
   *
   * @return 0, or 2 with one line on the error stream
   */
  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    try {
      Path model =
          new CheckpointImporter()
              .run(
                  new ImportRequest(
                      checkpoint,
                      adapter,
                      repository,
                      name,
                      dtype,
                      maxContext,
                      attention == null ? null : AttentionKind.of(attention),
                      blockSize,
                      candidates));
      ModelManifest manifest = ModelManifest.read(model.resolve("1"));
      out.printf(
          "%s: %s, %s, %,d parameters, %s, max_context %d%n",
          model,
          manifest.family(),
          manifest.attention(),
          manifest.parameterCount(),
          manifest.dtype(),
          manifest.maxContext());
      out.flush();
      return 0;
    } catch (UnmaskException e) {
      if (e.code() == ErrorCode.INTERNAL) {
        throw e;
      }
      PrintWriter err = spec.commandLine().getErr();
      err.println("unmask import: " + e.getMessage());
      err.flush();
      return USER_ERROR;
    }
  }
}
