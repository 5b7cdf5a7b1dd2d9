package dev.unmask.server.metrics;

import dev.unmask.scheduler.UnmaskException;
import java.util.List;

/**
 * Which optional metrics are published.
 *
 * @param counterLatencies whether durations are published as counters
 * @param histogramLatencies whether the time to the first response is published as a histogram
 * @param cpu whether the machine's CPU and memory are published
 */
public record MetricsConfig(boolean counterLatencies, boolean histogramLatencies, boolean cpu) {
  /** Counters and CPU, no histogram, as Triton has it. */
  public static final MetricsConfig DEFAULT = new MetricsConfig(true, false, true);

  /**
   * Reads {@code --metrics-config} arguments.
   *
   * @param settings each {@code name=value}
   * @throws UnmaskException INVALID_ARGUMENT for any other form, name or value
   */
  public static MetricsConfig parse(List<String> settings, boolean cpu) {
    boolean counters = DEFAULT.counterLatencies;
    boolean histograms = DEFAULT.histogramLatencies;
    for (String setting : settings) {
      int equals = setting.indexOf('=');
      String name = equals < 0 ? setting : setting.substring(0, equals);
      String value = equals < 0 ? "" : setting.substring(equals + 1);
      if (!value.equals("true") && !value.equals("false")) {
        throw UnmaskException.invalid(
            "--metrics-config=" + setting + " is not of the form <setting>=true or =false");
      }
      switch (name) {
        case "counter_latencies" -> counters = value.equals("true");
        case "histogram_latencies" -> histograms = value.equals("true");
        default ->
            throw UnmaskException.invalid(
                "--metrics-config="
                    + setting
                    + ": only counter_latencies and histogram_latencies are supported");
      }
    }
    return new MetricsConfig(counters, histograms, cpu);
  }
}
