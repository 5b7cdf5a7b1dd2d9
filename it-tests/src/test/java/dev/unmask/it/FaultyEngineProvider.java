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
import java.util.concurrent.atomic.AtomicReference;

/** ONNX Runtime, but for the passes that a test wants to fail. */
public final class FaultyEngineProvider implements EngineProvider {
  static final String NAME = "faulty";

  private static final AtomicReference<Fault> NEXT = new AtomicReference<>();

  /**
   * @param rows rows that a pass must have to fail, at least
   * @param thrown an unchecked exception or an error
   */
  private record Fault(int rows, Throwable thrown) {}

  /** Lets the next pass with at least so many rows throw. */
  static void failNext(int rows, Throwable thrown) {
    NEXT.set(new Fault(rows, thrown));
  }

  /** Whether a fault is still to come. */
  static boolean isPending() {
    return NEXT.get() != null;
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
        Fault fault = NEXT.get();
        if (fault != null && plan.rowCount() >= fault.rows() && NEXT.compareAndSet(fault, null)) {
          if (fault.thrown() instanceof Error error) {
            throw error;
          }
          throw (RuntimeException) fault.thrown();
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
