package dev.unmask.capacity.cli;

import dev.unmask.capacity.load.Load;
import dev.unmask.capacity.load.RunLimits;
import dev.unmask.capacity.load.TraceFile;
import dev.unmask.scheduler.UnmaskException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;

/** Options that say what load is put on. */
final class LoadOptions {
  private static final int MOST_USERS = 1 << 16;

  @Option(
      names = "--concurrency",
      paramLabel = "N|A:B|N,N",
      description =
          "users who each wait for their answer: one number, a range in powers of two, or a list"
              + " (default: 1)")
  private String concurrency;

  @Option(
      names = "--request-rate",
      split = ",",
      paramLabel = "R",
      description = "requests per second that arrive whether others were answered or not")
  private List<Double> rates = List.of();

  @Option(
      names = "--arrivals",
      paramLabel = "constant|poisson|bursty",
      defaultValue = "poisson",
      description = "gaps between them (default: ${DEFAULT-VALUE})")
  private Load.Pattern arrivals;

  @Option(
      names = "--burstiness",
      paramLabel = "X",
      defaultValue = "0.25",
      description =
          "shape of bursty gaps: below 1 in bursts, 1 as poisson (default: ${DEFAULT-VALUE})")
  private double burstiness;

  @Option(
      names = "--trace",
      paramLabel = "F.csv",
      description =
          "replay arrivals and lengths for --duration: lines TIMESTAMP,ContextTokens,"
              + "GeneratedTokens, as Azure's LLM traces have them")
  private Path trace;

  @Option(
      names = "--trace-speed",
      split = ",",
      paramLabel = "X",
      defaultValue = "1",
      description = "times as fast as recorded (default: ${DEFAULT-VALUE})")
  private List<Double> speeds;

  @Option(
      names = "--trace-rows",
      paramLabel = "N",
      defaultValue = "1000000",
      description = "first rows of the trace (default: all)")
  private int traceRows;

  @Option(
      names = "--warm-up",
      paramLabel = "SECONDS",
      defaultValue = "3",
      description =
          "load before anything counts; longer where the rate is not steady (default:"
              + " ${DEFAULT-VALUE})")
  private double warmUp;

  @Option(
      names = "--duration",
      paramLabel = "SECONDS",
      defaultValue = "10",
      description = "of what counts, for each target and load (default: ${DEFAULT-VALUE})")
  private double duration;

  @Option(
      names = "--requests",
      paramLabel = "N",
      defaultValue = "0",
      description = "requests that count, for each target and load, in place of a duration")
  private int requests;

  @Option(
      names = "--max-duration",
      paramLabel = "SECONDS",
      defaultValue = "600",
      description = "of a run whose requests are counted (default: ${DEFAULT-VALUE})")
  private double maxDuration;

  @Option(
      names = "--max-outstanding",
      paramLabel = "N",
      defaultValue = "4096",
      description =
          "requests in progress at most where they arrive by themselves (default:"
              + " ${DEFAULT-VALUE})")
  private int maxOutstanding;

  @Option(
      names = "--drain",
      paramLabel = "SECONDS",
      defaultValue = "60",
      description = "longest wait for what is in progress at the end (default: ${DEFAULT-VALUE})")
  private double drain;

  /** The loads of the sweep. */
  List<Load> loads() {
    int kinds = (concurrency == null ? 0 : 1) + (rates.isEmpty() ? 0 : 1) + (trace == null ? 0 : 1);
    if (kinds > 1) {
      throw UnmaskException.invalid(
          "more than one of --concurrency, --request-rate, --trace is given");
    }
    List<Load> loads = new ArrayList<>();
    if (trace != null) {
      if (traceRows < 1) {
        throw UnmaskException.invalid("--trace-rows=" + traceRows + " is below 1");
      }
      var rows = TraceFile.read(trace, traceRows);
      speeds.forEach(speed -> loads.add(new Load.Replay(trace, rows, speed)));
    } else if (!rates.isEmpty()) {
      rates.forEach(rate -> loads.add(new Load.Open(arrivals, rate, burstiness)));
    } else {
      users().forEach(users -> loads.add(new Load.Closed(users)));
    }
    return loads;
  }

  private List<Integer> users() {
    String text = concurrency == null ? "1" : concurrency;
    List<Integer> users = new ArrayList<>();
    if (text.contains(":")) {
      String[] ends = text.split(":", -1);
      int last = ends.length == 2 ? users(ends[1]) : 0;
      for (int n = users(ends[0]); n < last; n *= 2) {
        users.add(n);
      }
      users.add(last);
      if (ends.length != 2 || users(ends[0]) > last) {
        throw UnmaskException.invalid("--concurrency=" + text + " is no range A:B");
      }
    } else {
      for (String one : text.split(",", -1)) {
        users.add(users(one));
      }
    }
    return users;
  }

  private int users(String text) {
    if (text.strip().matches("\\d{1,6}")) {
      int number = Integer.parseInt(text.strip());
      if (number >= 1 && number <= MOST_USERS) {
        return number;
      }
    }
    throw UnmaskException.invalid(
        "--concurrency=" + concurrency + " is no number in [1, " + MOST_USERS + "]");
  }

  /**
   * How long a run is.
   *
   * @param runs by how many each target's time and requests are shared
   */
  RunLimits limits(int runs) {
    return new RunLimits(
        seconds("--warm-up", warmUp),
        seconds("--duration", duration).dividedBy(runs),
        (requests + runs - 1) / runs,
        seconds("--max-duration", maxDuration).dividedBy(runs),
        maxOutstanding,
        seconds("--drain", drain));
  }

  private static Duration seconds(String option, double value) {
    if (!(value >= 0 && value <= 86_400)) {
      throw UnmaskException.invalid(option + "=" + value + " is not in [0, 86400]");
    }
    return Duration.ofNanos(Math.round(value * 1e9));
  }

  /**
   * What the load is, for reports.
   *
   * @param prompts where they are from
   */
  Map<String, Object> describe(Load load, String prompts) {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("kind", load.kind());
    values.put("prompts", prompts);
    values.put("warm_up_s", warmUp);
    if (requests > 0) {
      values.put("requests", requests);
      values.put("max_duration_s", maxDuration);
    } else {
      values.put("duration_s", duration);
    }
    if (load instanceof Load.Open open && open.pattern() == Load.Pattern.BURSTY) {
      values.put("burstiness", burstiness);
    }
    if (load instanceof Load.Replay replay) {
      values.put("trace", trace.toString());
      values.put("trace_rows", replay.rows().size());
    }
    return values;
  }
}
