package dev.unmask.it;

import dev.unmask.bridge.engine.EngineCapabilities;
import dev.unmask.bridge.engine.EngineOptions;
import dev.unmask.bridge.engine.EngineProvider;
import dev.unmask.bridge.engine.EngineSession;
import dev.unmask.bridge.engine.ort.OrtEngineProvider;
import dev.unmask.repository.ModelManifest;
import dev.unmask.scheduler.StepOutputs;
import dev.unmask.scheduler.StepPlan;
import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.MethodHandles;
import java.nio.file.Path;

/**
 * ONNX Runtime, but before it does something it makes the virtual machine fault in all the ways of
 * {@link HostileFaults}, each a signal that the virtual machine's handler has to get: on the thread
 * that loads the model, which is Triton's, on one of Java's, and on the decode thread. The host's
 * installation has it in a jar.
 */
public final class HostileEngineProvider implements EngineProvider {
  private static final int FAULTS_PER_STEP = 3;

  @Override
  public String name() {
    return "hostile";
  }

  @Override
  public EngineSession open(Path versionDirectory, ModelManifest manifest, EngineOptions options) {
    fresh().run();
    onOwnThread(fresh());
    return new Session(new OrtEngineProvider().open(versionDirectory, manifest, options));
  }

  /** A copy of the class, of which nothing is compiled and no null was seen. */
  static Runnable fresh() {
    try (InputStream in = HostileFaults.class.getResourceAsStream("HostileFaults.class")) {
      Class<?> copy =
          MethodHandles.lookup().defineHiddenClass(in.readAllBytes(), true).lookupClass();
      return (Runnable) copy.getDeclaredConstructor().newInstance();
    } catch (IOException | ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void onOwnThread(Runnable action) {
    Throwable[] failure = new Throwable[1];
    Thread thread = new Thread(action, "hostile");
    thread.setUncaughtExceptionHandler((t, e) -> failure[0] = e);
    thread.start();
    HostileFaults.join(thread);
    if (failure[0] != null) {
      throw new IllegalStateException("on a thread of Java's", failure[0]);
    }
  }

  /** Faults in every step. */
  private static final class Session implements EngineSession {
    private final EngineSession engine;
    private boolean first = true;

    Session(EngineSession engine) {
      this.engine = engine;
    }

    @Override
    public EngineCapabilities capabilities() {
      return engine.capabilities();
    }

    @Override
    public void run(StepPlan plan, StepOutputs outputs) {
      if (first) {
        first = false;
        fresh().run();
      }
      int caught = 0;
      for (int i = 0; i < FAULTS_PER_STEP; i++) {
        try {
          read(null);
        } catch (NullPointerException e) {
          caught++;
        }
      }
      HostileFaults.expect("null pointers of a step", FAULTS_PER_STEP, caught);
      engine.run(plan, outputs);
    }

    private static boolean read(Session session) {
      return session.first;
    }

    @Override
    public void close() {
      engine.close();
    }
  }
}
