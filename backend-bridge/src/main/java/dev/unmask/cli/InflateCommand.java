package dev.unmask.cli;

import dev.unmask.importer.CheckpointInflater;
import dev.unmask.importer.InflateRequest;
import dev.unmask.importer.InflateShape;
import dev.unmask.scheduler.UnmaskException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code unmask inflate}: widens a checkpoint without changing what it computes. */
@Command(
    name = "inflate",
    description = {
      "Widen a Hugging Face checkpoint without changing what it computes.",
      "Sizes not given are those of --shape, else the checkpoint's."
    },
    mixinStandardHelpOptions = true)
public final class InflateCommand implements Callable<Integer> {
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
      names = "--output",
      required = true,
      paramLabel = "DIR",
      description = "checkpoint directory to write")
  private Path output;

  @Option(names = "--shape", paramLabel = "NAME", description = "25m, 110m, 0.5b or 8b")
  private String shape;

  @Option(names = "--hidden", paramLabel = "N", description = "width of the residual stream")
  private Integer hidden;

  @Option(names = "--layers", paramLabel = "N", description = "transformer layers")
  private Integer layers;

  @Option(names = "--heads", paramLabel = "N", description = "attention heads")
  private Integer heads;

  @Option(names = "--kv-heads", paramLabel = "N", description = "key and value heads")
  private Integer kvHeads;

  @Option(names = "--head-dim", paramLabel = "N", description = "width of a head")
  private Integer headDim;

  @Option(
      names = "--intermediate",
      paramLabel = "N",
      description = "width of the feed-forward layer")
  private Integer intermediate;

  @Option(names = "--vocab", paramLabel = "N", description = "tokens; added ones are never chosen")
  private Integer vocab;

  @Option(
      names = "--dtype",
      paramLabel = "TYPE",
      defaultValue = "fp32",
      description = "weights written: fp32, bf16, fp16 (default: ${DEFAULT-VALUE})")
  private String dtype;

  @Option(
      names = "--block-size",
      paramLabel = "N",
      description = "block size of a block_causal model (default: what config.json says)")
  private Integer blockSize;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "0",
      description = "of the weights that may be anything (default: ${DEFAULT-VALUE})")
  private long seed;

  /** Writes the widened checkpoint. */
  @Override
  public Integer call() {
    InflateShape sizes =
        new InflateShape(hidden, layers, heads, kvHeads, headDim, intermediate, vocab);
    if (shape != null) {
      sizes = InflateShape.of(shape).with(sizes);
    } else if (sizes.isEmpty()) {
      throw UnmaskException.invalid("neither --shape nor a size is given");
    }
    CheckpointInflater.Result result =
        new CheckpointInflater()
            .run(new InflateRequest(checkpoint, adapter, output, sizes, dtype, blockSize, seed));
    PrintWriter out = spec.commandLine().getOut();
    out.printf(
        "%s: %,d parameters, %,d of them read by a pass%n",
        result.directory(), result.parameters(), result.perPass());
    out.flush();
    return 0;
  }
}
