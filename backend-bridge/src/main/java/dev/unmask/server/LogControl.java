package dev.unmask.server;

import java.util.Map;

/** Log settings that can be changed while the server runs. Any thread. */
public interface LogControl {
  /**
   * The settings in force: {@code log_file} (String), {@code log_info}, {@code log_warning}, {@code
   * log_error} (Boolean), {@code log_verbose_level} (Integer), {@code log_format} (String: default
   * or ISO8601), in that order.
   */
  Map<String, Object> settings();

  /**
   * Changes the given settings and leaves the others.
   *
   * @throws dev.unmask.scheduler.UnmaskException INVALID_ARGUMENT naming the setting; then nothing
   *     is changed
   */
  void update(Map<String, Object> changes);
}
