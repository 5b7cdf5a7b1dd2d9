package dev.unmask.importer;

import dev.unmask.scheduler.AttentionKind;
import java.nio.file.Path;

/**
 * What to import, and as what.
 *
 * @param checkpoint Hugging Face directory with config.json and safetensors files
 * @param adapter PEFT LoRA directory to merge, null for none
 * @param repository model repository to write into; made if missing
 * @param name directory and model name: letters, digits, dot, dash, underscore
 * @param dtype of weights and KV cache: fp32, fp16, bf16; or int8, int4: weights of products
 *     quantised in blocks, all else and the KV cache fp32, for ONNX Runtime's CPU engine only
 * @param maxContext longest sequence in tokens, null for the checkpoint's own limit, at most
 *     {@value #DEFAULT_MAX_CONTEXT}
 * @param attention how positions see each other, null for what the family does
 * @param blockSize block size the model was trained with, null for what the configuration says
 * @param candidates tokens returned per position, null for {@value #DEFAULT_CANDIDATES} or the
 *     vocabulary if that is smaller
 */
public record ImportRequest(
    Path checkpoint,
    Path adapter,
    Path repository,
    String name,
    String dtype,
    Integer maxContext,
    AttentionKind attention,
    Integer blockSize,
    Integer candidates) {

  /** Capacity chosen for checkpoints that allow more. */
  public static final int DEFAULT_MAX_CONTEXT = 4096;

  /** Candidates returned per position unless chosen otherwise. */
  public static final int DEFAULT_CANDIDATES = 32;

  /** An import with every choice left to the checkpoint. */
  public static ImportRequest of(Path checkpoint, Path repository, String name) {
    return new ImportRequest(
        checkpoint, null, repository, name, GraphFormat.FP32.id(), null, null, null, null);
  }

  /** This request with an adapter. */
  public ImportRequest withAdapter(Path directory) {
    return new ImportRequest(
        checkpoint,
        directory,
        repository,
        name,
        dtype,
        maxContext,
        attention,
        blockSize,
        candidates);
  }

  /** This request with a dtype. */
  public ImportRequest withDtype(String id) {
    return new ImportRequest(
        checkpoint, adapter, repository, name, id, maxContext, attention, blockSize, candidates);
  }

  /** This request with a capacity. */
  public ImportRequest withMaxContext(int positions) {
    return new ImportRequest(
        checkpoint, adapter, repository, name, dtype, positions, attention, blockSize, candidates);
  }

  /** This request with an attention kind. */
  public ImportRequest withAttention(AttentionKind kind) {
    return new ImportRequest(
        checkpoint, adapter, repository, name, dtype, maxContext, kind, blockSize, candidates);
  }

  /** This request with a block size. */
  public ImportRequest withBlockSize(int positions) {
    return new ImportRequest(
        checkpoint, adapter, repository, name, dtype, maxContext, attention, positions, candidates);
  }

  /** This request with a number of candidates. */
  public ImportRequest withCandidates(int count) {
    return new ImportRequest(
        checkpoint, adapter, repository, name, dtype, maxContext, attention, blockSize, count);
  }
}
