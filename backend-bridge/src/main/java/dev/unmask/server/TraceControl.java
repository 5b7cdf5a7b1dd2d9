package dev.unmask.server;

import java.util.List;
import java.util.Map;

/** Trace settings. This server writes no traces: the level stays OFF. Any thread. */
public interface TraceControl {
  /**
   * The settings in force, values as Triton prints them.
   *
   * @param model a model, or empty for the global settings
   * @throws dev.unmask.scheduler.UnmaskException NOT_FOUND for an unknown model
   */
  Map<String, List<String>> settings(String model);

  /**
   * Changes settings.
   *
   * @param model a model, or empty for the global settings
   * @param changes an empty list clears the setting
   * @throws dev.unmask.scheduler.UnmaskException INVALID_ARGUMENT for an unknown setting,
   *     UNSUPPORTED for a level other than OFF
   */
  void update(String model, Map<String, List<String>> changes);
}
