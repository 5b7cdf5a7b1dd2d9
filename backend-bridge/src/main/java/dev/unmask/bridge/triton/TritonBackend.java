package dev.unmask.bridge.triton;

import static dev.unmask.bridge.triton.TritonErrors.check;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONBACKEND_BackendConfig;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONBACKEND_BackendName;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.unmask.model.EngineModelLoader;
import dev.unmask.model.ModelSettings;
import dev.unmask.scheduler.UnmaskException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The backend in one Triton process, from its Initialize to its Finalize: what its models share.
 * Any thread.
 */
final class TritonBackend implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TritonBackend.class);

  /** What Triton itself puts among a backend's settings. */
  private static final Set<String> TRITONS =
      Set.of(
          "auto-complete-config",
          "backend-directory",
          "default-max-batch-size",
          "min-compute-capability");

  private final ModelSettings defaults;
  private final TritonMetrics metrics;
  private final EngineModelLoader loader;

  private TritonBackend(ModelSettings defaults, EngineModelLoader loader, TritonMetrics metrics) {
    this.defaults = defaults;
    this.loader = loader;
    this.metrics = metrics;
  }

  /**
   * Starts the backend.
   *
   * @param ownProcess whether this virtual machine was made for the backend
   * @throws UnmaskException INVALID_ARGUMENT for a setting of {@code --backend-config} that does
   *     not parse
   */
  static TritonBackend open(Handles.Backend handle, boolean ownProcess) {
    TritonLog.install(ownProcess);
    EngineModelLoader loader = null;
    try {
      Scratch scratch = Scratch.get();
      check(TRITONBACKEND_BackendName(handle, scratch.pointer));
      String name = Scratch.text(scratch.pointer());
      check(TRITONBACKEND_BackendConfig(handle, scratch.pointer));
      String config = Messages.json(new Handles.Message(scratch.pointer()));
      ModelSettings defaults = defaults(name, config);
      LOG.info("backend '{}' on Java {}, {}", name, Runtime.version(), defaults);
      // The models' gates bound what waits to be encoded.
      loader = new EngineModelLoader(Integer.MAX_VALUE);
      return new TritonBackend(defaults, loader, new TritonMetrics());
    } catch (RuntimeException | Error e) {
      if (loader != null) {
        loader.close();
      }
      TritonLog.uninstall();
      throw e;
    }
  }

  private static ModelSettings defaults(String backend, String config) {
    Map<String, String> settings = new HashMap<>();
    try {
      JsonNode given = new ObjectMapper().readTree(config).path("cmdline");
      given.properties().forEach(e -> settings.put(e.getKey(), e.getValue().asText()));
    } catch (JsonProcessingException e) {
      throw UnmaskException.invalid("settings of backend '" + backend + "': " + config);
    }
    settings.keySet().removeAll(TRITONS);
    for (String name : settings.keySet()) {
      if (!ModelSettings.isSetting(name)) {
        LOG.warn("--backend-config={},{}: there is no such setting", backend, name);
      }
    }
    return ModelSettings.DEFAULT.with(settings);
  }

  /** Settings of models whose configurations name none. */
  ModelSettings defaults() {
    return defaults;
  }

  TritonMetrics metrics() {
    return metrics;
  }

  EngineModelLoader loader() {
    return loader;
  }

  /** Ends what the models shared; none may be left. */
  @Override
  public void close() {
    try {
      loader.close();
      metrics.close();
      LOG.info("backend closed");
    } finally {
      TritonLog.uninstall();
    }
  }
}
