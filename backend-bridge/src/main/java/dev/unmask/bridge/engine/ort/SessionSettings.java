package dev.unmask.bridge.engine.ort;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession.SessionOptions;
import dev.unmask.bridge.engine.EngineOptions;
import dev.unmask.repository.ModelManifest;
import java.nio.file.Path;

/** How ONNX Runtime is set up for a model. */
final class SessionSettings {
  /** Models below this many weights lose more to a second thread's wake-up than they gain. */
  private static final long SMALL_MODEL_WEIGHTS = 20_000_000L;

  private static final int SMALL_MODEL_RUN_OVERHEAD = 4;
  private static final int LARGE_MODEL_RUN_OVERHEAD = 16;

  private SessionSettings() {}

  /** Threads for one run's arithmetic. */
  static int threads(ModelManifest manifest, EngineOptions options) {
    if (options.threads() > 0) {
      return options.threads();
    }
    return manifest.parameterCount() < SMALL_MODEL_WEIGHTS
        ? 1
        : Runtime.getRuntime().availableProcessors();
  }

  /** What a run costs besides its query positions, in query positions. */
  static int runOverheadPositions(ModelManifest manifest) {
    return manifest.parameterCount() < SMALL_MODEL_WEIGHTS
        ? SMALL_MODEL_RUN_OVERHEAD
        : LARGE_MODEL_RUN_OVERHEAD;
  }

  /** Options for a session; the caller closes them. */
  static SessionOptions create(int threads, Path versionDirectory) throws OrtException {
    SessionOptions options = new SessionOptions();
    try {
      options.setIntraOpNumThreads(threads);
      options.setInterOpNumThreads(1);
      options.setExecutionMode(SessionOptions.ExecutionMode.SEQUENTIAL);
      options.setOptimizationLevel(SessionOptions.OptLevel.ALL_OPT);
      // The threads of every open session would spin, into the turns of the others too.
      options.addConfigEntry("session.intra_op.allow_spinning", "0");
      options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR);
      options.addConfigEntry(
          "session.model_external_initializers_file_folder_path",
          versionDirectory.toAbsolutePath().toString());
      return options;
    } catch (OrtException e) {
      options.close();
      throw e;
    }
  }
}
