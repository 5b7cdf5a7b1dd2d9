package dev.unmask.capacity.measure;

import dev.unmask.capacity.load.DriverUsage;
import dev.unmask.capacity.load.RunSamples;
import dev.unmask.capacity.load.Sample;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;

/**
 * The figures of one target at one load, over all its runs. Immutable.
 *
 * @param requests answered
 * @param errors failed requests by kind
 * @param unfinished requests that were given up at the end
 * @param seconds that counted
 * @param steady whether all runs were steady
 * @param tokenThroughput tokens of the answers per second
 * @param requestThroughput answers per second
 * @param goodput answers per second that hold the SLO; empty where there is none
 * @param uncounted answers whose target did not say how many tokens they had
 * @param measures spread of what is measured of every request
 * @param decoding what decoding took; empty where the target does not say
 * @param replay how much of its trace was sent; empty where the load is none
 * @param driver the busiest of all runs
 */
public record RunFigures(
    int requests,
    Map<String, Integer> errors,
    int unfinished,
    double seconds,
    boolean steady,
    double tokenThroughput,
    double requestThroughput,
    OptionalDouble goodput,
    int uncounted,
    Map<Measure, Distribution> measures,
    Optional<DecodingFigures> decoding,
    Optional<ReplayShare> replay,
    DriverUsage driver) {

  /** Adds runs up. */
  public static RunFigures of(List<RunSamples> runs, Slo slo) {
    List<Sample> answered = new ArrayList<>();
    Map<String, Integer> errors = new TreeMap<>();
    Map<Measure, Distribution> measures = new EnumMap<>(Measure.class);
    double seconds = 0;
    int unfinished = 0;
    boolean steady = true;
    DriverUsage driver = new DriverUsage(0, 0, 0);
    for (RunSamples run : runs) {
      seconds += run.seconds();
      unfinished += run.unfinished();
      steady &= run.steady();
      driver = busier(driver, run.driver());
      for (Sample sample : run.samples()) {
        if (sample.error() == null) {
          answered.add(sample);
        } else {
          int unused = errors.merge(sample.error().kind(), 1, Integer::sum);
        }
      }
    }
    long tokens = 0;
    int good = 0;
    int uncounted = 0;
    for (Sample sample : answered) {
      tokens += sample.tokens();
      uncounted += sample.answer().outputTokens() < 0 ? 1 : 0;
      good += slo.isGood(sample) ? 1 : 0;
      Measure.of(
          sample,
          (measure, value) ->
              measures.computeIfAbsent(measure, m -> new Distribution(m.unit())).add(value));
    }
    return new RunFigures(
        answered.size(),
        errors,
        unfinished,
        seconds,
        steady,
        tokens / seconds,
        answered.size() / seconds,
        slo.limits().isEmpty() ? OptionalDouble.empty() : OptionalDouble.of(good / seconds),
        uncounted,
        measures,
        DecodingFigures.of(answered),
        ReplayShare.of(runs),
        driver);
  }

  private static DriverUsage busier(DriverUsage a, DriverUsage b) {
    return new DriverUsage(
        Math.max(a.cpuShare(), b.cpuShare()),
        Math.max(a.busiestThread(), b.busiestThread()),
        Math.max(a.lateMillis(), b.lateMillis()));
  }

  /** Tokens per second of one run. */
  public static double tokenThroughput(RunSamples run) {
    return run.samples().stream().mapToLong(Sample::tokens).sum() / run.seconds();
  }
}
