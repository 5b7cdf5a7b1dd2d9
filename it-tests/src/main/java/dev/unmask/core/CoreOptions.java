package dev.unmask.core;

import static dev.unmask.core.CoreHandles.check;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_MODEL_CONTROL_EXPLICIT;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_MODEL_CONTROL_NONE;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_ServerOptionsDelete;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_ServerOptionsNew;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_ServerOptionsSetBackendConfig;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_ServerOptionsSetBackendDirectory;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_ServerOptionsSetCpuMetrics;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_ServerOptionsSetExitOnError;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_ServerOptionsSetExitTimeout;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_ServerOptionsSetGpuMetrics;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_ServerOptionsSetLogError;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_ServerOptionsSetLogFile;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_ServerOptionsSetLogInfo;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_ServerOptionsSetLogVerbose;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_ServerOptionsSetLogWarn;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_ServerOptionsSetModelControlMode;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_ServerOptionsSetModelLoadRetryCount;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_ServerOptionsSetModelLoadThreadCount;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_ServerOptionsSetModelRepositoryPath;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_ServerOptionsSetPinnedMemoryPoolByteSize;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_ServerOptionsSetStartupModel;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_ServerOptionsSetStrictModelConfig;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_ServerOptionsSetStrictReadiness;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.tritonserver.tritonserver.TRITONSERVER_ServerOptions;

/** How a server is started: the options of {@code tritonserver} that tests care for. */
public final class CoreOptions {
  private final Path repository;
  private final Map<String, String> backendConfig = new LinkedHashMap<>();
  private Path backends = TritonNatives.backends();
  private List<String> explicitModels;
  private boolean autoComplete = true;
  private Path logFile;
  private int verbose;
  private int exitTimeoutSeconds = 30;

  /** Serves all models of a repository. */
  public CoreOptions(Path repository) {
    this.repository = repository;
  }

  /** Takes backends from elsewhere than the build's output. */
  public CoreOptions backends(Path directory) {
    backends = directory;
    return this;
  }

  /** {@code --model-control-mode=explicit} with {@code --load-model}. */
  public CoreOptions explicit(String... models) {
    explicitModels = List.of(models);
    return this;
  }

  /** {@code --backend-config=unmask,name=value}. */
  public CoreOptions backendConfig(String name, String value) {
    backendConfig.put(name, value);
    return this;
  }

  /** {@code --disable-auto-complete-config}. */
  public CoreOptions noAutoComplete() {
    autoComplete = false;
    return this;
  }

  /** {@code --log-file}, with everything; without, only errors are printed. */
  public CoreOptions log(Path file, int verboseLevel) {
    logFile = file;
    verbose = verboseLevel;
    return this;
  }

  /** {@code --exit-timeout-secs}. */
  public CoreOptions exitTimeoutSeconds(int value) {
    exitTimeoutSeconds = value;
    return this;
  }

  /** Triton's object; the caller deletes it. */
  TRITONSERVER_ServerOptions make() {
    try (PointerPointer<Pointer> made = new PointerPointer<>(1)) {
      check(TRITONSERVER_ServerOptionsNew(made));
      TRITONSERVER_ServerOptions options = new TRITONSERVER_ServerOptions(made.get(0));
      try {
        fill(options);
        return options;
      } catch (RuntimeException e) {
        check(TRITONSERVER_ServerOptionsDelete(options));
        throw e;
      }
    }
  }

  private void fill(TRITONSERVER_ServerOptions options) {
    check(TRITONSERVER_ServerOptionsSetModelRepositoryPath(options, repository.toString()));
    check(TRITONSERVER_ServerOptionsSetBackendDirectory(options, backends.toString()));
    check(TRITONSERVER_ServerOptionsSetStrictModelConfig(options, !autoComplete));
    check(TRITONSERVER_ServerOptionsSetStrictReadiness(options, true));
    // Models that fail to load are what some tests are about.
    check(TRITONSERVER_ServerOptionsSetExitOnError(options, false));
    check(TRITONSERVER_ServerOptionsSetExitTimeout(options, exitTimeoutSeconds));
    // The core's own default is not what tritonserver says: it would try again for ever.
    check(TRITONSERVER_ServerOptionsSetModelLoadRetryCount(options, 0));
    check(TRITONSERVER_ServerOptionsSetModelLoadThreadCount(options, 4));
    check(TRITONSERVER_ServerOptionsSetGpuMetrics(options, false));
    check(TRITONSERVER_ServerOptionsSetCpuMetrics(options, false));
    check(TRITONSERVER_ServerOptionsSetPinnedMemoryPoolByteSize(options, 0));
    backendConfig.forEach(
        (name, value) ->
            check(TRITONSERVER_ServerOptionsSetBackendConfig(options, "unmask", name, value)));
    if (explicitModels == null) {
      check(
          TRITONSERVER_ServerOptionsSetModelControlMode(options, TRITONSERVER_MODEL_CONTROL_NONE));
    } else {
      check(
          TRITONSERVER_ServerOptionsSetModelControlMode(
              options, TRITONSERVER_MODEL_CONTROL_EXPLICIT));
      explicitModels.forEach(
          model -> check(TRITONSERVER_ServerOptionsSetStartupModel(options, model)));
    }
    boolean logs = logFile != null;
    if (logs) {
      check(TRITONSERVER_ServerOptionsSetLogFile(options, logFile.toString()));
    }
    check(TRITONSERVER_ServerOptionsSetLogInfo(options, logs));
    check(TRITONSERVER_ServerOptionsSetLogWarn(options, logs));
    check(TRITONSERVER_ServerOptionsSetLogError(options, true));
    check(TRITONSERVER_ServerOptionsSetLogVerbose(options, verbose));
  }
}
