package dev.unmask.server;

import dev.unmask.scheduler.UnmaskException;
import java.util.Arrays;
import java.util.stream.Collectors;

/** Groups of endpoints and calls that can be restricted together, by Triton's names. */
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

  /**
   * The category of that name.
   *
   * @throws UnmaskException INVALID_ARGUMENT for any other text
   */
  static ApiCategory of(String id) {
    for (ApiCategory category : values()) {
      if (category.id.equals(id)) {
        return category;
      }
    }
    throw UnmaskException.invalid(
        "unknown restricted protocol '"
            + id
            + "', allowed are "
            + Arrays.stream(values()).map(ApiCategory::id).collect(Collectors.joining(", ")));
  }
}
