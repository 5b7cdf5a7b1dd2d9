package dev.unmask.server;

import dev.unmask.bridge.engine.EngineCapabilities;
import dev.unmask.model.ModelLoader;
import dev.unmask.protocol.ModelStatistics;
import dev.unmask.protocol.RepositoryIndexResponse;
import dev.unmask.protocol.RepositoryIndexResponse.ModelIndex;
import dev.unmask.protocol.ServerMetadataResponse;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import dev.unmask.server.metrics.ServerMetrics;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The server behind its front ends. Any thread. */
public final class UnmaskServer implements InferenceServer, AutoCloseable {
  private static final String NAME = "unmask";
  private static final List<String> EXTENSIONS =
      List.of(
          "model_repository",
          "model_repository(unload_dependents)",
          "model_configuration",
          "binary_tensor_data",
          "parameters",
          "statistics",
          "trace",
          "logging");

  /** Where a server is in its life. */
  private enum Phase {
    /** Loads its models. */
    STARTING,
    /** Takes requests. */
    RUNNING,
    /** Takes no new requests. */
    EXITING
  }

  private final ModelRegistry registry;
  private final RegistryConfig config;
  private final LogControl logs;
  private final TraceSettings traces;
  private final boolean strictReadiness;
  private volatile Phase phase = Phase.STARTING;
  private RepositoryPoller poller;

  /**
   * @param strictReadiness whether the server is ready only if every model to be served is
   * @throws UnmaskException INVALID_ARGUMENT for a repository that cannot be read
   */
  public UnmaskServer(
      RegistryConfig config,
      ModelLoader loader,
      ServerMetrics metrics,
      LogControl logs,
      boolean strictReadiness) {
    this.config = config;
    this.logs = logs;
    this.strictReadiness = strictReadiness;
    registry = new ModelRegistry(config, loader, metrics);
    traces = new TraceSettings(this::knows);
  }

  /** Loads the models to be served from the start, and takes requests. Blocks for that long. */
  public synchronized void start() {
    if (phase != Phase.STARTING) {
      return;
    }
    registry.loadStartupModels();
    if (config.mode() == ControlMode.POLL) {
      poller = new RepositoryPoller(registry, config.pollInterval());
    }
    if (phase == Phase.STARTING) {
      phase = Phase.RUNNING;
    }
  }

  /** Not ready from now on: new requests are refused, those in progress go on. */
  public void refuse() {
    phase = Phase.EXITING;
  }

  /**
   * Refuses requests, waits for those in progress and cancels those that have not ended in time.
   *
   * @param nanos how long to wait
   * @return whether all ended by themselves
   */
  public boolean drain(long nanos) {
    refuse();
    return registry.drain("Server exiting", nanos);
  }

  /** Requests in progress. */
  public int activeRequests() {
    return registry.inMemory().stream().mapToInt(model -> model.calls().size()).sum();
  }

  /** What became of the models, for the table printed at the start. */
  List<VersionStatus> status() {
    return registry.status();
  }

  @Override
  public boolean isLive() {
    return true;
  }

  @Override
  public boolean isReady() {
    return phase == Phase.RUNNING
        && (!strictReadiness
            || (registry.status().stream().allMatch(VersionStatus::isAsWanted)
                && registry.allServing().stream().allMatch(ReadyModel::isHealthy)));
  }

  @Override
  public ServerMetadataResponse metadata() {
    String version = UnmaskServer.class.getPackage().getImplementationVersion();
    return ServerMetadataResponse.newBuilder()
        .setName(NAME)
        .setVersion(version == null ? "development" : version)
        .addAllExtensions(EXTENSIONS)
        .build();
  }

  @Override
  public ServedModel model(String name, String version) {
    checkRunning();
    return registry.serving(name, number(version));
  }

  @Override
  public boolean isModelReady(String name, String version) {
    if (phase == Phase.EXITING) {
      return false;
    }
    try {
      return registry.serving(name, number(version)).isHealthy();
    } catch (UnmaskException e) {
      if (e.code() == ErrorCode.INVALID_ARGUMENT) {
        throw e;
      }
      return false;
    }
  }

  @Override
  public List<ModelStatistics> statistics(String name, String version) {
    if (!name.isEmpty()) {
      return List.of(registry.serving(name, number(version)).telemetry().statistics());
    }
    List<ModelStatistics> result = new ArrayList<>();
    registry.allServing().forEach(model -> result.add(model.telemetry().statistics()));
    return result;
  }

  @Override
  public RepositoryIndexResponse index(String repository, boolean readyOnly) {
    checkRepository(repository);
    RepositoryIndexResponse.Builder result = RepositoryIndexResponse.newBuilder();
    for (VersionStatus status : registry.index()) {
      if (!readyOnly || status.state() == ModelState.READY) {
        result.addModels(
            ModelIndex.newBuilder()
                .setName(status.model())
                .setVersion(status.version())
                .setState(status.state() == null ? "" : status.state().name())
                .setReason(status.reason()));
      }
    }
    return result.build();
  }

  @Override
  public void load(String repository, String name, Map<String, Object> parameters) {
    checkRunning();
    checkRepository(repository);
    registry.load(name, parameters);
  }

  @Override
  public void unload(String repository, String name, boolean unloadDependents) {
    checkRunning();
    checkRepository(repository);
    registry.unload(name);
  }

  @Override
  public LogControl logs() {
    return logs;
  }

  @Override
  public TraceControl traces() {
    return traces;
  }

  @Override
  public KvLoad kvLoad() {
    long used = 0;
    long total = 0;
    for (ReadyModel model : registry.allServing()) {
      used += model.telemetry().kvBlocksUsed();
      total += model.telemetry().kvBlocksTotal();
    }
    return new KvLoad(total == 0 ? 0 : (double) used / total, total * EngineCapabilities.KV_BLOCK);
  }

  private void checkRunning() {
    if (phase == Phase.EXITING) {
      throw new UnmaskException(ErrorCode.UNAVAILABLE, "Server exiting");
    }
  }

  private static void checkRepository(String repository) {
    if (!repository.isEmpty()) {
      throw new UnmaskException(
          ErrorCode.UNSUPPORTED, "'repository_name' specification is not supported");
    }
  }

  private boolean knows(String model) {
    return registry.index().stream().anyMatch(status -> status.model().equals(model));
  }

  /** A version as a request names it; -1 for none. */
  private static long number(String version) {
    if (version.isEmpty() || version.equals("-1")) {
      return -1;
    }
    if (!version.matches("\\d{1,18}") || Long.parseLong(version) == 0) {
      throw UnmaskException.invalid(
          "failed to get model version from specified version string '"
              + version
              + "', version should be an integer value > 0");
    }
    return Long.parseLong(version);
  }

  /** Cancels what is in progress, unloads everything and ends the threads. Idempotent. */
  @Override
  public synchronized void close() {
    refuse();
    if (poller != null) {
      poller.close();
    }
    registry.close();
  }
}
