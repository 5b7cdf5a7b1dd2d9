package dev.unmask.server;

import dev.unmask.protocol.ModelStatistics;
import dev.unmask.protocol.RepositoryIndexResponse;
import dev.unmask.protocol.ServerMetadataResponse;
import dev.unmask.scheduler.UnmaskException;
import java.util.List;
import java.util.Map;

/**
 * What the front ends see of the server, whatever protocol they speak. All methods may be called
 * from any thread; those that may take long (load, unload) say so. Errors are {@link
 * UnmaskException}s whose messages are Triton's where it has one.
 */
public interface InferenceServer {
  /** Whether the process works at all. */
  boolean isLive();

  /** Whether it takes requests: started, not shutting down, and every model to be served is. */
  boolean isReady();

  /** Name, version and extensions. */
  ServerMetadataResponse metadata();

  /**
   * A model that is ready.
   *
   * @param version a number, or empty for the server's choice
   * @throws UnmaskException NOT_FOUND for a model or version that is unknown and where no version
   *     is ready, UNAVAILABLE for a version that is not ready (as while it loads, or since loading
   *     failed) and during shutdown, INVALID_ARGUMENT for a version that is no number
   */
  ServedModel model(String name, String version);

  /**
   * Whether a model takes requests; false for one that is unknown.
   *
   * @throws UnmaskException INVALID_ARGUMENT for a version that is no number
   */
  boolean isModelReady(String name, String version);

  /**
   * Statistics of ready models.
   *
   * @param name a model, or empty for all
   * @throws UnmaskException NOT_FOUND, UNAVAILABLE as {@link #model}
   */
  List<ModelStatistics> statistics(String name, String version);

  /**
   * Every model of the repository with its state and, where loading failed, the reason.
   *
   * @param repository empty; no repository can be named
   * @param readyOnly leave out models that are not ready
   * @throws UnmaskException UNSUPPORTED for a named repository, here and below
   */
  RepositoryIndexResponse index(String repository, boolean readyOnly);

  /**
   * Loads a model, or loads it anew; returns when it is ready. Blocks for as long as that takes.
   *
   * @param parameters {@code config} (String, JSON) and {@code file:<version>/<name>} (byte[])
   * @throws UnmaskException UNAVAILABLE where the server's model control mode is not explicit,
   *     INVALID_ARGUMENT with the reason where loading fails
   */
  void load(String repository, String name, Map<String, Object> parameters);

  /**
   * Unloads a model: it takes no new requests from now on, and is closed once those in progress
   * have ended. Waits for a load of the same model that is going on, not for requests. Does nothing
   * where the model is not loaded.
   *
   * @throws UnmaskException UNAVAILABLE where the server's model control mode is not explicit
   */
  void unload(String repository, String name, boolean unloadDependents);

  /** Log settings. */
  LogControl logs();

  /** Trace settings. */
  TraceControl traces();

  /** How full the KV caches are. */
  KvLoad kvLoad();

  /**
   * Load of the KV cache, as load balancers want it.
   *
   * @param utilization share in use, 0 to 1
   * @param maxTokenCapacity positions in all
   */
  record KvLoad(double utilization, long maxTokenCapacity) {}
}
