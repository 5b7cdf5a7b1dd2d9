package dev.unmask.server;

/**
 * What the index says of a version of a model.
 *
 * @param model the model's name
 * @param version its number; empty where none is known, as when the configuration does not parse
 * @param state null where it was never to be loaded
 * @param reason why it is unavailable; empty otherwise
 */
record VersionStatus(String model, String version, ModelState state, String reason) {
  /** Reason of a version that was unloaded as it was asked for. */
  static final String UNLOADED = "unloaded";

  /** Whether strict readiness may pass over it: it serves, or is not meant to. */
  boolean isAsWanted() {
    return state == null
        || state == ModelState.READY
        || state == ModelState.UNLOADING
        || reason.equals(UNLOADED);
  }
}
