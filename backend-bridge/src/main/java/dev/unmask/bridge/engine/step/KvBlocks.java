package dev.unmask.bridge.engine.step;

import dev.unmask.bridge.engine.EngineCapabilities;

/** How cache positions are counted. */
public final class KvBlocks {
  private KvBlocks() {}

  /** Positions as memory is counted: rounded up to whole KV blocks. */
  public static long counted(int positions) {
    long block = EngineCapabilities.KV_BLOCK;
    return (positions + block - 1) / block * block;
  }
}
