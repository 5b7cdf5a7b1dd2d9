package dev.unmask.capacity.measure;

import dev.unmask.capacity.load.Sample;
import dev.unmask.scheduler.UnmaskException;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * What an answer must hold to count as good. Immutable.
 *
 * @param limits most of a time, least of a throughput
 */
public record Slo(Map<Measure, Double> limits) {
  /** Nothing is asked. */
  public static final Slo NONE = new Slo(Map.of());

  /**
   * Reads limits.
   *
   * @param values by the measures' names
   * @throws UnmaskException INVALID_ARGUMENT for an unknown measure or a limit that is not above 0
   */
  public static Slo of(Map<String, Double> values) {
    Map<Measure, Double> limits = new EnumMap<>(Measure.class);
    values.forEach(
        (name, limit) -> {
          if (!(limit > 0)) {
            throw UnmaskException.invalid("--goodput=" + name + ":" + limit + " is not above 0");
          }
          limits.put(measure(name), limit);
        });
    return new Slo(limits);
  }

  private static Measure measure(String name) {
    // AIPerf's name; a first token comes with its block here.
    String known = name.equals("time_to_first_token") ? "time_to_first_block" : name;
    for (Measure measure : Measure.values()) {
      if (measure.tag().equals(known) && !measure.unit().equals("tokens")) {
        return measure;
      }
    }
    throw UnmaskException.invalid("--goodput=" + name + " is no measure with a limit");
  }

  /**
   * Whether an answered request keeps to all limits; a gap between chunks counts by the longest.
   */
  public boolean isGood(Sample sample) {
    boolean[] good = {true};
    Measure.of(
        sample,
        (measure, value) -> {
          Double limit = limits.get(measure);
          if (limit != null) {
            good[0] &= measure.unit().equals("ms") ? value <= limit : value >= limit;
          }
        });
    return good[0];
  }

  /** The limits by name. */
  public Map<String, Double> byName() {
    Map<String, Double> names = new LinkedHashMap<>();
    limits.forEach((measure, limit) -> names.put(measure.name().toLowerCase(Locale.ROOT), limit));
    return names;
  }
}
