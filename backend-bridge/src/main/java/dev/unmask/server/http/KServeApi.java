package dev.unmask.server.http;

import dev.unmask.server.ApiCategory;
import dev.unmask.server.InferenceServer;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;

/** The endpoints of the KServe protocol with Triton's extensions. */
final class KServeApi {
  private static final String MODEL = "/v2/models/([^/]+)(?:/versions/([0-9]+))?";
  private static final String REPOSITORY = "/v2/repository(?:/([^/]+))?/";

  private KServeApi() {}

  /** In the order in which they are tried: {@code /v2/models/stats} is not a model's metadata. */
  static List<Endpoint> endpoints(
      InferenceServer server, Workers workers, HttpOptions options, BooleanSupplier draining) {
    HealthEndpoints health = new HealthEndpoints(server, draining);
    ModelEndpoints models = new ModelEndpoints(server);
    RepositoryEndpoints repository = new RepositoryEndpoints(server, workers);
    SettingsEndpoints settings = new SettingsEndpoints(server);
    InferEndpoint infer = new InferEndpoint(server, workers, options.maxInputBytes());
    GenerateEndpoint generate = new GenerateEndpoint(server, workers);
    Map<String, PathHandler> logs = Map.of("GET", settings::logs, "POST", settings::updateLogs);
    Map<String, PathHandler> trace = Map.of("GET", settings::trace, "POST", settings::updateTrace);
    return List.of(
        get("/v2/models/stats", ApiCategory.STATISTICS, models::allStatistics),
        endpoint("/v2/logging", ApiCategory.LOGGING, logs),
        post(MODEL + "/generate_stream", ApiCategory.INFERENCE, generate::stream),
        post(MODEL + "/generate", ApiCategory.INFERENCE, generate::generate),
        post(MODEL + "/infer", ApiCategory.INFERENCE, infer::handle),
        get("/v2/health/(live|ready)", ApiCategory.HEALTH, health::health),
        get(MODEL + "/ready", ApiCategory.HEALTH, health::modelReady),
        get(MODEL + "/config", ApiCategory.MODEL_CONFIG, models::config),
        get(MODEL + "/stats", ApiCategory.STATISTICS, models::statistics),
        endpoint("/v2/models/([^/]+)/trace/setting", ApiCategory.TRACE, trace),
        get(MODEL, ApiCategory.METADATA, models::metadata),
        get("/v2", ApiCategory.METADATA, models::serverMetadata),
        sharedMemoryStatus("system", "system"),
        sharedMemoryChange("system", "system"),
        sharedMemoryStatus("cuda", "CUDA"),
        sharedMemoryChange("cuda", "CUDA"),
        post(REPOSITORY + "index", ApiCategory.MODEL_REPOSITORY, repository::index),
        post(REPOSITORY + "models/([^/]+)/load", ApiCategory.MODEL_REPOSITORY, repository::load),
        post(
            REPOSITORY + "models/([^/]+)/unload", ApiCategory.MODEL_REPOSITORY, repository::unload),
        endpoint("/v2/trace/setting", ApiCategory.TRACE, trace));
  }

  private static Endpoint sharedMemoryStatus(String path, String kind) {
    return get(
        "/v2/" + path + "sharedmemory(?:/region/([^/]+))?/status",
        ApiCategory.SHARED_MEMORY,
        new SharedMemoryEndpoints(kind)::status);
  }

  private static Endpoint sharedMemoryChange(String path, String kind) {
    return post(
        "/v2/" + path + "sharedmemory(?:/region/([^/]+))?/(?:register|unregister)",
        ApiCategory.SHARED_MEMORY,
        new SharedMemoryEndpoints(kind)::change);
  }

  private static Endpoint get(String path, ApiCategory category, PathHandler handler) {
    return endpoint(path, category, Map.of("GET", handler));
  }

  private static Endpoint post(String path, ApiCategory category, PathHandler handler) {
    return endpoint(path, category, Map.of("POST", handler));
  }

  private static Endpoint endpoint(
      String path, ApiCategory category, Map<String, PathHandler> methods) {
    return new Endpoint(Pattern.compile(path), category, ErrorStyle.TRITON, methods);
  }
}
