package dev.unmask.server;

import dev.unmask.model.ModelConfigs;
import dev.unmask.model.ModelLoader;
import dev.unmask.protocol.ModelConfig;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import dev.unmask.server.metrics.ServerMetrics;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The models of the repositories and what of them is served. Any thread. */
final class ModelRegistry implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ModelRegistry.class);
  private static final String CONFIG = "config";
  private static final String FILE = "file:";
  private static final long CANCEL_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final long CLOSE_SECONDS = 10;

  private final RegistryConfig config;
  private final ModelRepositories repositories;
  private final ModelLoads loads;
  private final SortedMap<String, ModelEntry> entries = new ConcurrentSkipListMap<>();
  private final ExecutorService background =
      Executors.newCachedThreadPool(
          task -> {
            Thread thread = new Thread(task, "model-control");
            thread.setDaemon(true);
            return thread;
          });

  /**
   * @throws UnmaskException INVALID_ARGUMENT for a repository that cannot be read
   */
  ModelRegistry(RegistryConfig config, ModelLoader loader, ServerMetrics metrics) {
    this.config = config;
    repositories = new ModelRepositories(config.repositories());
    loads =
        new ModelLoads(
            loader, metrics, config.defaults(), config.loadThreads(), config.loadRetries());
  }

  /**
   * Loads the models that are to be served from the start. Those that fail are reported and leave
   * the others alone. Returns when all have been tried.
   */
  void loadStartupModels() {
    boolean all =
        config.mode() != ControlMode.EXPLICIT
            || config.startupModels().contains(RegistryConfig.ALL);
    Collection<String> names = all ? repositories.scan().keySet() : config.startupModels();
    forEach(names, name -> entry(name).load(() -> repositories.directory(name), null, null));
  }

  /**
   * Looks at the repositories: loads what is new or has changed, unloads what is gone. Failures are
   * reported and leave the other models alone.
   */
  void poll() {
    SortedMap<String, List<Path>> found = repositories.scan();
    entries.forEach(
        (name, entry) -> {
          if (!found.containsKey(name)) {
            entry.unload();
          }
        });
    forEach(
        found.keySet(),
        name -> entry(name).refresh(() -> ModelRepositories.unique(name, found.get(name))));
  }

  private void forEach(Collection<String> names, Consumer<String> operation) {
    List<CompletableFuture<Void>> running = new ArrayList<>();
    for (String name : names) {
      running.add(
          CompletableFuture.runAsync(() -> operation.accept(name), background)
              .exceptionally(
                  failure -> {
                    // A failed load has said why; the others go on.
                    LOG.debug("operation on '{}' ended early", name, failure);
                    return null;
                  }));
    }
    running.forEach(CompletableFuture::join);
  }

  /** Runs a task in the background; during {@link #close}, which does without it, not at all. */
  private void later(Runnable task) {
    try {
      background.execute(task);
    } catch (RejectedExecutionException e) {
      LOG.debug("closing already", e);
    }
  }

  private ModelEntry entry(String name) {
    return entries.computeIfAbsent(name, key -> new ModelEntry(key, loads, this::later));
  }

  /**
   * Loads a model on request; see {@link InferenceServer#load}.
   *
   * @throws UnmaskException UNAVAILABLE unless the mode is EXPLICIT, INVALID_ARGUMENT with the
   *     reason where loading fails
   */
  void load(String name, Map<String, Object> parameters) {
    requireExplicit();
    for (String parameter : parameters.keySet()) {
      if (!parameter.equals(CONFIG) && !parameter.startsWith(FILE)) {
        throw UnmaskException.invalid("unrecognized load parameter '" + parameter + "'");
      }
    }
    try {
      ModelConfig given = config(parameters);
      FileOverrides files = FileOverrides.of(parameters);
      if (files != null) {
        entry(checked(name)).load(files::directory, given, files);
      } else {
        loadFromRepository(name, given);
      }
    } catch (UnmaskException e) {
      String message = "failed to load '" + name + "', " + e.getMessage();
      throw new UnmaskException(
          e.code() == ErrorCode.INTERNAL ? e.code() : ErrorCode.INVALID_ARGUMENT, message, e);
    }
  }

  /** The configuration that a request brings; null for none. */
  private static ModelConfig config(Map<String, Object> parameters) {
    Object json = parameters.get(CONFIG);
    if (json == null && !parameters.isEmpty()) {
      throw UnmaskException.invalid("files that replace the model's need the parameter 'config'");
    }
    if (json != null && !(json instanceof String)) {
      throw UnmaskException.invalid("load parameter 'config' must be a string");
    }
    return json == null ? null : ModelConfigs.parseJson((String) json, "parameter 'config'");
  }

  private void loadFromRepository(String name, ModelConfig given) {
    if (!repositories.scan().containsKey(name)) {
      throw UnmaskException.invalid("failed to poll from model repository");
    }
    entry(name).load(() -> repositories.directory(name), given, null);
  }

  /** A model that comes with its files may have any name that a directory could have. */
  private static String checked(String name) {
    if (name.isEmpty() || name.startsWith(".") || name.matches(".*[/\\\\\\p{Cntrl}].*")) {
      throw UnmaskException.invalid("'" + name + "' cannot be the name of a model");
    }
    return name;
  }

  /**
   * Unloads a model on request; nothing happens where it is not loaded.
   *
   * @throws UnmaskException UNAVAILABLE unless the mode is EXPLICIT
   */
  void unload(String name) {
    requireExplicit();
    ModelEntry entry = entries.get(name);
    if (entry != null) {
      entry.unload();
    }
  }

  private void requireExplicit() {
    if (config.mode() != ControlMode.EXPLICIT) {
      throw new UnmaskException(
          ErrorCode.UNAVAILABLE,
          "explicit model load / unload is not allowed if polling is enabled");
    }
  }

  /**
   * What serves a model.
   *
   * @param version a number, or -1 for the newest that serves
   * @throws UnmaskException NOT_FOUND, UNAVAILABLE as {@link ModelVersions#serving}
   */
  ReadyModel serving(String name, long version) {
    ModelEntry entry = entries.get(name);
    if (entry == null) {
      throw new UnmaskException(
          ErrorCode.NOT_FOUND, "Request for unknown model: '" + name + "' is not found");
    }
    return entry.versions().serving(version);
  }

  /** All models that serve, by name and version. */
  List<ReadyModel> allServing() {
    List<ReadyModel> result = new ArrayList<>();
    entries.values().forEach(entry -> result.addAll(entry.versions().allServing()));
    return result;
  }

  /** Every model that was ever to be loaded, with its versions. */
  List<VersionStatus> status() {
    List<VersionStatus> result = new ArrayList<>();
    entries.values().forEach(entry -> result.addAll(entry.versions().status()));
    return result;
  }

  /** {@link #status} and every other model of the repositories. */
  List<VersionStatus> index() {
    List<VersionStatus> result = new ArrayList<>(status());
    for (String name : repositories.scan().keySet()) {
      if (result.stream().noneMatch(status -> status.model().equals(name))) {
        result.add(new VersionStatus(name, "", null, ""));
      }
    }
    result.sort(Comparator.comparing(VersionStatus::model));
    return result;
  }

  /**
   * Refuses requests and waits for those in progress; those that have not ended in time are
   * cancelled.
   *
   * @param reason told to whoever comes
   * @param nanos how long to wait
   * @return whether all ended by themselves
   */
  boolean drain(String reason, long nanos) {
    List<ReadyModel> models = inMemory();
    CountDownLatch busy = new CountDownLatch(models.size());
    models.forEach(model -> model.calls().close(reason, busy::countDown));
    if (await(busy, nanos)) {
      return true;
    }
    models.forEach(model -> model.calls().cancelAll());
    await(busy, CANCEL_NANOS);
    return false;
  }

  private static boolean await(CountDownLatch latch, long nanos) {
    try {
      return latch.await(nanos, TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** All versions in memory, those whose last requests are in progress included. */
  List<ReadyModel> inMemory() {
    List<ReadyModel> result = new ArrayList<>();
    entries.values().forEach(entry -> result.addAll(entry.inMemory()));
    return result;
  }

  /** Cancels what is in progress and frees every model. Call after {@link #drain}. */
  @Override
  public void close() {
    loads.close();
    drain("Server exiting", 0);
    List<ReadyModel> models = inMemory();
    entries.values().forEach(ModelEntry::unload);
    background.shutdown();
    try {
      background.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    // What did not end by itself ends here.
    models.forEach(ReadyModel::close);
  }
}
