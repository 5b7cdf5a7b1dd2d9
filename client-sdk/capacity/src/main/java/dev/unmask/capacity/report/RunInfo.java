package dev.unmask.capacity.report;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * What was asked of a measurement, for its reports. Immutable.
 *
 * @param command line that repeats it
 * @param created when it began
 * @param seed of prompts, arrivals and bootstrap
 * @param targets one or two
 * @param load what the load is, by name
 * @param slo limits by measure; empty for none
 */
public record RunInfo(
    String command,
    Instant created,
    long seed,
    List<TargetInfo> targets,
    Map<String, Object> load,
    Map<String, Double> slo) {
  /**
   * One side.
   *
   * @param name A or B
   * @param description in a line
   * @param parameters that its requests set
   */
  public record TargetInfo(String name, String description, Map<String, Object> parameters) {}
}
