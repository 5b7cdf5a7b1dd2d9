package dev.unmask.server;

/** State of a version of a model, as the repository index names it. */
enum ModelState {
  /** Being loaded; takes no requests. */
  LOADING,
  /** Takes requests. */
  READY,
  /** Takes no new requests; those in progress go on. */
  UNLOADING,
  /** Not in memory: unloaded, or loading failed. */
  UNAVAILABLE
}
