package dev.unmask.model;

import dev.unmask.bridge.engine.EngineCapabilities;
import dev.unmask.repository.ModelManifest;

/** How many positions the KV cache of a model may hold. */
final class KvBudget {
  /** Of the memory that the JVM lets caches have, the share of one model. */
  private static final double SHARE = 0.5;

  /** Bytes of one tensor of the cache. */
  private static final long MAX_TENSOR_BYTES = Integer.MAX_VALUE;

  private KvBudget() {}

  /**
   * What the settings say, or else as many as all sequences can use; limited to a share of memory
   * and to the size of one tensor, but never below one whole sequence.
   *
   * @param memoryBytes memory that the JVM lets caches have
   */
  static long positions(ModelManifest manifest, ModelSettings settings, long memoryBytes) {
    if (settings.kvCachePositions() > 0) {
      return settings.kvCachePositions();
    }
    long block = EngineCapabilities.KV_BLOCK;
    long oneSequence = (manifest.maxContext() + block - 1) / block * block;
    long tensorBytes = (long) manifest.kvHeads() * manifest.headDim() * manifest.kvElementBytes();
    long bytes = 2L * manifest.layers() * tensorBytes;
    long fitting = Math.min((long) (memoryBytes * SHARE) / bytes, MAX_TENSOR_BYTES / tensorBytes);
    long usable = Math.min(settings.maxSequences() * oneSequence, fitting / block * block);
    return Math.max(oneSequence, usable);
  }
}
