package dev.unmask.it;

import dev.unmask.bridge.engine.EngineCapabilities;
import dev.unmask.bridge.engine.EngineOptions;
import dev.unmask.bridge.engine.EngineProvider;
import dev.unmask.bridge.engine.EngineProviders;
import dev.unmask.bridge.engine.EngineSession;
import dev.unmask.repository.ModelManifest;
import dev.unmask.scheduler.StepOutputs;
import dev.unmask.scheduler.StepPlan;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/** ONNX Runtime, and what a test wants to happen before a pass. */
public final class FaultyEngineProvider implements EngineProvider {
  static final String NAME = "faulty";

  private static final AtomicReference<Interruption> NEXT = new AtomicReference<>();
  private static final AtomicInteger PASSES = new AtomicInteger();

  /**
   * @param rows rows that a pass must have to be interrupted, at least
   * @param action what is done before it; may throw, and then it is not done
   */
  private record Interruption(int rows, Runnable action) {}

  /** Does something before the next pass with at least so many rows. */
  static void beforeNext(int rows, Runnable action) {
    NEXT.set(new Interruption(rows, action));
  }

  /** Lets the next pass with at least so many rows throw an unchecked exception or an error. */
  static void failNext(int rows, Throwable thrown) {
    beforeNext(
        rows,
        () -> {
          if (thrown instanceof Error error) {
            throw error;
          }
          throw (RuntimeException) thrown;
        });
  }

  /** Whether an interruption is still to come. */
  static boolean isPending() {
    return NEXT.get() != null;
  }

  /** Passes of all sessions that were begun. */
  static int passes() {
    return PASSES.get();
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public EngineSession open(Path directory, ModelManifest manifest, EngineOptions options) {
    EngineSession session = EngineProviders.find("onnxruntime").open(directory, manifest, options);
    return new EngineSession() {
      @Override
      public EngineCapabilities capabilities() {
        return session.capabilities();
      }

      @Override
      public void run(StepPlan plan, StepOutputs outputs) {
        PASSES.addAndGet(plan.rowCount() > 0 ? 1 : 0);
        Interruption next = NEXT.get();
        if (next != null && plan.rowCount() >= next.rows() && NEXT.compareAndSet(next, null)) {
          next.action().run();
        }
        session.run(plan, outputs);
      }

      @Override
      public void close() {
        session.close();
      }
    };
  }
}
