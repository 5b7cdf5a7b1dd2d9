package dev.unmask.server;

import dev.unmask.model.ConfigCompletion;
import dev.unmask.model.LoadedModel;
import dev.unmask.model.ModelConfigs;
import dev.unmask.model.ModelLoader;
import dev.unmask.model.ModelSettings;
import dev.unmask.model.ModelSource;
import dev.unmask.protocol.ModelConfig;
import dev.unmask.protocol.ModelInstanceGroup;
import dev.unmask.repository.ModelManifest;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import dev.unmask.server.metrics.ModelTelemetry;
import dev.unmask.server.metrics.ServerMetrics;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loads the versions of a model on a bounded number of threads, all of them or none. Any thread.
 */
final class ModelLoads implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ModelLoads.class);

  private final ModelLoader loader;
  private final ServerMetrics metrics;
  private final ModelSettings defaults;
  private final int retries;
  private final ExecutorService threads;

  /**
   * @param defaults settings where a configuration names none
   * @param threadCount versions that are loaded at once
   * @param retries further attempts after a failure
   */
  ModelLoads(
      ModelLoader loader,
      ServerMetrics metrics,
      ModelSettings defaults,
      int threadCount,
      int retries) {
    this.loader = loader;
    this.metrics = metrics;
    this.defaults = defaults;
    this.retries = retries;
    this.threads =
        Executors.newFixedThreadPool(
            threadCount,
            task -> {
              Thread thread = new Thread(task, "model-load");
              thread.setDaemon(true);
              return thread;
            });
  }

  /**
   * Loads versions of a model. Blocks until that is done.
   *
   * @param directory the model's directory
   * @param given its configuration as it was given
   * @return ready models, owned by the caller
   * @throws UnmaskException with the reason of the first version that failed; the others are closed
   *     again
   */
  List<ReadyModel> load(String model, Path directory, ModelConfig given, List<Long> versions) {
    List<Future<ReadyModel>> loads = new ArrayList<>();
    for (long version : versions) {
      loads.add(threads.submit(() -> attempt(model, directory, given, version, versions)));
    }
    List<ReadyModel> ready = new ArrayList<>();
    UnmaskException failure = null;
    for (Future<ReadyModel> load : loads) {
      try {
        ready.add(await(load));
      } catch (UnmaskException e) {
        failure = failure == null ? e : failure;
      }
    }
    if (failure != null) {
      ready.forEach(ReadyModel::close);
      throw failure;
    }
    return ready;
  }

  private static ReadyModel await(Future<ReadyModel> load) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return load.get();
        } catch (InterruptedException e) {
          // The load cannot be given up half way: its memory would have no owner.
          interrupted = true;
        }
      }
    } catch (ExecutionException e) {
      throw e.getCause() instanceof UnmaskException expected
          ? expected
          : new UnmaskException(ErrorCode.INTERNAL, e.getCause().toString(), e.getCause());
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private ReadyModel attempt(
      String model, Path directory, ModelConfig given, long version, List<Long> versions) {
    for (int attempt = 0; ; attempt++) {
      LOG.info("loading: {}:{}", model, version);
      try {
        return load(model, directory, given, version, versions);
      } catch (UnmaskException e) {
        LOG.error("failed to load '{}' version {}: {}", model, version, e.getMessage());
        if (attempt == retries) {
          throw e;
        }
      } catch (RuntimeException | Error e) {
        LOG.error("failed to load '{}' version {}", model, version, e);
        if (attempt == retries) {
          throw e;
        }
      }
    }
  }

  private ReadyModel load(
      String model, Path directory, ModelConfig given, long version, List<Long> versions) {
    Path versionDirectory = directory.resolve(Long.toString(version));
    ModelManifest manifest = ModelManifest.read(versionDirectory);
    ModelConfig config =
        ConfigCompletion.complete(model, given, manifest, ModelInstanceGroup.Kind.KIND_AUTO);
    ModelSettings settings =
        InstanceGroups.settings(model, given, defaults.with(ModelConfigs.parameters(given)));
    ModelSource source =
        new ModelSource(model, version, versionDirectory, manifest, config, settings);
    ModelTelemetry telemetry = metrics.open(model, Long.toString(version));
    LoadedModel loaded = null;
    try {
      loaded = loader.load(source, telemetry);
      return new ReadyModel(source, loaded, telemetry, versions);
    } catch (RuntimeException | Error e) {
      if (loaded != null) {
        loaded.close();
      }
      telemetry.close();
      throw e;
    }
  }

  /** Takes no more loads; those in progress go on. */
  @Override
  public void close() {
    threads.shutdown();
  }
}
