package dev.unmask.bridge.engine.tensorrt;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Recorded runs by shape, the least recently used given up beyond a number. A shape is recorded
 * when it comes a second time: TensorRT must have run it once before it may be recorded, and what
 * comes once is not worth it.
 */
final class GraphCache implements AutoCloseable {
  private static final long SEEN = 0;

  private final DeviceRuntime device;
  private final int capacity;
  private final Map<RunShape, Long> executables = new LinkedHashMap<>(16, 0.75f, true);

  /**
   * @param capacity shapes at most, at least 1
   */
  GraphCache(DeviceRuntime device, int capacity) {
    this.device = device;
    this.capacity = capacity;
  }

  /** Whether a shape was run before. */
  boolean seen(RunShape shape) {
    return executables.containsKey(shape);
  }

  /** The executable graph of a shape, 0 where none is recorded. */
  long executable(RunShape shape) {
    Long executable = executables.get(shape);
    return executable == null ? SEEN : executable;
  }

  /** Notes that a shape was run. */
  void markSeen(RunShape shape) {
    executables.putIfAbsent(shape, SEEN);
    evict();
  }

  /** Keeps what was recorded of a shape; owned from now on. */
  void put(RunShape shape, long executable) {
    executables.put(shape, executable);
    evict();
  }

  private void evict() {
    Iterator<Long> eldest = executables.values().iterator();
    while (executables.size() > capacity) {
      long executable = eldest.next();
      eldest.remove();
      if (executable != SEEN) {
        device.graphExecDestroy(executable);
      }
    }
  }

  /** Destroys all graphs. Idempotent. */
  @Override
  public void close() {
    Resources all = new Resources();
    for (long executable : executables.values()) {
      if (executable != SEEN) {
        all.add(() -> device.graphExecDestroy(executable));
      }
    }
    executables.clear();
    all.close();
  }
}
