package dev.unmask.server;

import dev.unmask.model.ModelConfigs;
import dev.unmask.protocol.ModelConfig;
import dev.unmask.scheduler.UnmaskException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One model of the repository: loads, replaces and unloads its versions, one such operation at a
 * time. Requests never wait for them. Any thread.
 */
final class ModelEntry {
  private static final Logger LOG = LoggerFactory.getLogger(ModelEntry.class);

  private final String name;
  private final ModelLoads loads;
  private final Executor background;
  private final ModelVersions versions;
  private final Set<ReadyModel> retiring = ConcurrentHashMap.newKeySet();
  private final ReentrantLock operation = new ReentrantLock();
  // Guarded by the operation lock.
  private FileOverrides files;
  private Long fingerprint;

  /**
   * @param background where models are closed
   */
  ModelEntry(String name, ModelLoads loads, Executor background) {
    this.name = name;
    this.loads = loads;
    this.background = background;
    versions = new ModelVersions(name);
  }

  /** What serves, and the states. */
  ModelVersions versions() {
    return versions;
  }

  /**
   * Loads the model, or replaces what serves by what is in the directory now.
   *
   * @param directory finds the model's directory
   * @param config its configuration; null to read that of the directory
   * @param overrides made the directory, null if it is the repository's; owned from now on
   * @throws UnmaskException with the reason; what served goes on
   */
  void load(Supplier<Path> directory, ModelConfig config, FileOverrides overrides) {
    operation.lock();
    try {
      List<Long> chosen = List.of();
      List<ReadyModel> ready;
      try {
        Path model = directory.get();
        // Taken first: what changes during the load is seen by the next look.
        fingerprint = overrides == null ? (Long) ModelRepositories.fingerprint(model) : null;
        ModelConfig given = config == null ? ModelConfigs.read(model) : config;
        chosen = VersionChoice.choose(name, given, ModelRepositories.versions(model));
        versions.loading(chosen);
        ready = loads.load(name, model, given, chosen);
      } catch (RuntimeException e) {
        if (chosen.isEmpty()) {
          LOG.error("failed to load '{}': {}", name, e.getMessage());
        }
        versions.failed(chosen, String.valueOf(e.getMessage()));
        close(overrides);
        throw e;
      }
      List<ReadyModel> replaced = versions.serve(ready);
      connect(replaced, ready);
      retire(replaced, files);
      files = overrides;
      chosen.forEach(version -> LOG.info("successfully loaded '{}' version {}", name, version));
    } finally {
      operation.unlock();
    }
  }

  /**
   * Loads the model anew if its directory is not as it was when it was last loaded, or tried to be.
   *
   * @throws UnmaskException as {@link #load}
   */
  void refresh(Supplier<Path> directory) {
    operation.lock();
    try {
      if (fingerprint == null || fingerprint != ModelRepositories.fingerprint(directory.get())) {
        load(directory, null, null);
      }
    } finally {
      operation.unlock();
    }
  }

  /** Unloads the model: requests in progress go on, and it is closed behind them. */
  void unload() {
    operation.lock();
    try {
      retire(versions.unload(), files);
      files = null;
      fingerprint = null;
    } finally {
      operation.unlock();
    }
  }

  private static void connect(List<ReadyModel> replaced, List<ReadyModel> ready) {
    for (ReadyModel old : replaced) {
      ready.stream()
          .filter(next -> next.versionNumber() == old.versionNumber())
          .forEach(old::replaceBy);
    }
  }

  private void retire(List<ReadyModel> models, FileOverrides origin) {
    AtomicInteger left = new AtomicInteger(models.size());
    if (models.isEmpty()) {
      close(origin);
    }
    for (ReadyModel model : models) {
      retiring.add(model);
      String reason =
          "Request for unknown model: '"
              + name
              + "' version "
              + model.version()
              + " is not at ready state";
      Runnable close =
          () -> {
            close(model);
            if (left.decrementAndGet() == 0) {
              close(origin);
            }
          };
      model.retire(reason, () -> background.execute(close));
    }
  }

  private void close(ReadyModel model) {
    try {
      model.close();
    } catch (RuntimeException e) {
      LOG.error("closing '{}' version {} failed", name, model.version(), e);
    }
    retiring.remove(model);
    versions.unloaded(model);
    LOG.info("successfully unloaded '{}' version {}", name, model.version());
  }

  /** All versions in memory: those that serve, and those whose last requests are in progress. */
  List<ReadyModel> inMemory() {
    List<ReadyModel> result = new ArrayList<>(versions.allServing());
    result.addAll(retiring);
    return result;
  }

  private static void close(FileOverrides overrides) {
    if (overrides != null) {
      try {
        overrides.close();
      } catch (UnmaskException e) {
        LOG.warn("{}", e.getMessage());
      }
    }
  }
}
