package dev.unmask.importer;

import java.nio.file.Path;

/**
 * What to widen, and to what.
 *
 * @param checkpoint Hugging Face directory with config.json and safetensors files
 * @param adapter PEFT LoRA directory to merge, null for none
 * @param output directory to write; it must not exist
 * @param shape what to widen to
 * @param dtype of the weights written: fp32, fp16, bf16
 * @param blockSize block size the model was trained with, null for what the configuration says
 * @param seed of the weights that may be anything
 */
public record InflateRequest(
    Path checkpoint,
    Path adapter,
    Path output,
    InflateShape shape,
    String dtype,
    Integer blockSize,
    long seed) {

  /** Widens a checkpoint without an adapter, in float32. */
  public static InflateRequest of(Path checkpoint, Path output, InflateShape shape) {
    return new InflateRequest(checkpoint, null, output, shape, DataType.FP32.id(), null, 0);
  }

  /** This request with an adapter made for a block size, null for the default one. */
  public InflateRequest withAdapter(Path directory, Integer positions) {
    return new InflateRequest(checkpoint, directory, output, shape, dtype, positions, seed);
  }

  /** This request with a dtype. */
  public InflateRequest withDtype(String id) {
    return new InflateRequest(checkpoint, adapter, output, shape, id, blockSize, seed);
  }
}
