package dev.unmask.model;

import dev.unmask.bridge.Telemetry;

/** Makes models of their files. Any thread; several models may be loaded at once. */
public interface ModelLoader {
  /**
   * Loads a version of a model. Takes as long as that takes.
   *
   * @param telemetry told what happens to the model's requests
   * @return owned by the caller, who closes it
   * @throws dev.unmask.scheduler.UnmaskException with the reason where that cannot be done
   */
  LoadedModel load(ModelSource source, Telemetry telemetry);
}
