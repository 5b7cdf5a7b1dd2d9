package dev.unmask.bridge.engine.tensorrt;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Recorded runs by shape, the least recently used given up beyond a number. A shape is recorded
 * when it comes a second time: what comes once is not worth it. Each has the context that it was
 * recorded from, which nobody changes from then on: TensorRT says that a graph depends on its
 * context's state.
 */
final class GraphCache implements AutoCloseable {
  private final DeviceRuntime device;
  private final long stream;
  private final int capacity;
  private final Map<RunShape, Recorded> runs = new LinkedHashMap<>(16, 0.75f, true);

  /**
   * What is known of a shape.
   *
   * @param executable the graph, 0 where the shape was seen once
   * @param context that it was recorded from; null with no graph
   */
  record Recorded(long executable, PlanContext context) {
    private static final Recorded SEEN = new Recorded(0, null);

    /** Whether there is a graph. */
    boolean ready() {
      return executable != 0;
    }
  }

  /**
   * @param stream on which graphs are launched
   * @param capacity shapes at most, at least 1
   */
  GraphCache(DeviceRuntime device, long stream, int capacity) {
    this.device = device;
    this.stream = stream;
    this.capacity = capacity;
  }

  /** What is known of a shape, null where it is new; it becomes the most recently used. */
  Recorded get(RunShape shape) {
    return runs.get(shape);
  }

  /** Notes that a shape was run. */
  void markSeen(RunShape shape) {
    runs.putIfAbsent(shape, Recorded.SEEN);
    evict();
  }

  /** Keeps what was recorded of a shape; owned from now on, also where giving up another fails. */
  void put(RunShape shape, long executable, PlanContext context) {
    runs.put(shape, new Recorded(executable, context));
    evict();
  }

  private void evict() {
    Iterator<Recorded> eldest = runs.values().iterator();
    while (runs.size() > capacity) {
      Recorded recorded = eldest.next();
      eldest.remove();
      if (recorded.ready()) {
        // It may be under way.
        device.streamSynchronize(stream);
        release(recorded);
      }
    }
  }

  private void release(Recorded recorded) {
    try {
      device.graphExecDestroy(recorded.executable());
    } finally {
      recorded.context().close();
    }
  }

  /** Destroys all graphs, none of which may be under way. Idempotent. */
  @Override
  public void close() {
    Resources all = new Resources();
    for (Recorded recorded : runs.values()) {
      if (recorded.ready()) {
        all.add(() -> release(recorded));
      }
    }
    runs.clear();
    all.close();
  }
}
