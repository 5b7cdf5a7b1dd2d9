package dev.unmask.bridge.engine.ort;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession.SessionOptions;
import dev.unmask.bridge.engine.EngineOptions;
import dev.unmask.repository.ModelManifest;
import java.nio.file.Path;

/**
 * How ONNX Runtime is set up for a model.
 *
 * @param lanes parts of a step that run at the same time
 * @param runThreads threads for the arithmetic of one run
 * @param runOverheadPositions what a run costs besides its query positions, in query positions
 * @param spinMicros for which an idle thread of a run looks for work before it sleeps
 */
record SessionSettings(int lanes, int runThreads, int runOverheadPositions, int spinMicros) {
  /** Query positions below which a lane of its own costs more than it gains. */
  static final int LANE_POSITIONS = 4;

  /**
   * System property with the beginning of a file name: where given, every session writes the time
   * of each of its kernels to a file of that name (Chrome's trace format) when it is closed.
   */
  private static final String PROFILE = "unmask.ort.profile";

  /** Models below this many weights lose more to a run's second thread than they gain. */
  private static final long SMALL_MODEL_WEIGHTS = 20_000_000L;

  private static final int SMALL_MODEL_RUN_OVERHEAD = 4;
  private static final int LARGE_MODEL_RUN_OVERHEAD = 16;

  /** Fewer bytes to read; at 110M a pass over 32 positions costs about five times one over one. */
  private static final int QUANTIZED_RUN_OVERHEAD = 8;

  /**
   * Divides the threads: among the sequences of a step where the model is small, within each run
   * where it is large.
   */
  static SessionSettings of(ModelManifest manifest, EngineOptions options) {
    boolean small = manifest.parameterCount() < SMALL_MODEL_WEIGHTS;
    int processors = Runtime.getRuntime().availableProcessors();
    int threads = options.threads() > 0 ? options.threads() : processors;
    int lanes = small ? Math.min(threads, options.maxSequences()) : 1;
    boolean spare = options.threads() > 0 || !small;
    int largeOverhead = manifest.quantized() ? QUANTIZED_RUN_OVERHEAD : LARGE_MODEL_RUN_OVERHEAD;
    return new SessionSettings(
        lanes,
        spare ? threads / lanes : 1,
        small ? SMALL_MODEL_RUN_OVERHEAD : largeOverhead,
        options.spinMicros());
  }

  /** Threads that work on a step at most. */
  int threads() {
    return lanes * runThreads;
  }

  /** Options for a session; the caller closes them. */
  SessionOptions create(Path versionDirectory) throws OrtException {
    SessionOptions options = new SessionOptions();
    try {
      options.setIntraOpNumThreads(runThreads);
      options.setInterOpNumThreads(1);
      options.setExecutionMode(SessionOptions.ExecutionMode.SEQUENTIAL);
      options.setOptimizationLevel(SessionOptions.OptLevel.ALL_OPT);
      if (spinMicros > 0) {
        options.addConfigEntry("session.intra_op.spin_duration_us", Integer.toString(spinMicros));
        // When the run is over, or the threads of every open session would spin into its turns.
        options.addConfigEntry("session.force_spinning_stop", "1");
      } else {
        options.addConfigEntry("session.intra_op.allow_spinning", "0");
      }
      options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR);
      String profile = System.getProperty(PROFILE);
      if (profile != null) {
        options.enableProfiling(profile);
      }
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
