package dev.unmask.server.http;

/** Groups of endpoints that can be restricted together, by Triton's names. */
public enum ApiCategory {
  /** Live, ready, model ready. */
  HEALTH("health"),
  /** Of the server and of models. */
  METADATA("metadata"),
  /** Infer, generate, and what other routes call inference. */
  INFERENCE("inference"),
  /** Shared memory regions. */
  SHARED_MEMORY("shared-memory"),
  /** Configurations of models. */
  MODEL_CONFIG("model-config"),
  /** Index, load, unload. */
  MODEL_REPOSITORY("model-repository"),
  /** Statistics of models. */
  STATISTICS("statistics"),
  /** Trace settings. */
  TRACE("trace"),
  /** Log settings. */
  LOGGING("logging");

  private final String id;

  ApiCategory(String id) {
    this.id = id;
  }

  /** The name on the command line. */
  public String id() {
    return id;
  }

  /** The category of that name; null for none. */
  static ApiCategory of(String id) {
    for (ApiCategory category : values()) {
      if (category.id.equals(id)) {
        return category;
      }
    }
    return null;
  }
}
