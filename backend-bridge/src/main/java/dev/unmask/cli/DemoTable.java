package dev.unmask.cli;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** Totals per method, and the table of them. */
final class DemoTable {
  private final Map<DemoMethod, Totals> rows = new LinkedHashMap<>();

  private static final class Totals {
    int requests;
    int exact;
    long tokens;
    long passes;
    double seconds;

    double tokensPerSecond() {
      return seconds == 0 ? 0 : tokens / seconds;
    }
  }

  void add(DemoMethod method, Job job) {
    Totals totals = rows.computeIfAbsent(method, m -> new Totals());
    totals.requests++;
    totals.exact += job.isExact() ? 1 : 0;
    totals.tokens += job.outputTokens();
    totals.passes += job.forwardPasses();
    totals.seconds += job.seconds();
  }

  /** The table as lines of text. */
  String render() {
    StringBuilder out = new StringBuilder();
    out.append(
        String.format(
            Locale.ROOT,
            "%-24s %9s %8s %8s %11s %10s %7s %9s%n",
            "method",
            "exact",
            "tokens",
            "passes",
            "tokens/pass",
            "tokens/s",
            "x AR",
            "x llada"));
    double ar = speed(DemoMethod.AUTOREGRESSIVE);
    double llada = speed(DemoMethod.LLADA);
    rows.forEach(
        (method, totals) ->
            out.append(
                String.format(
                    Locale.ROOT,
                    "%-24s %9s %8d %8d %11.2f %10.0f %7.2f %9.2f%n",
                    method.name(),
                    totals.exact + "/" + totals.requests,
                    totals.tokens,
                    totals.passes,
                    (double) totals.tokens / totals.passes,
                    totals.tokensPerSecond(),
                    totals.tokensPerSecond() / ar,
                    totals.tokensPerSecond() / llada)));
    return out.toString();
  }

  private double speed(DemoMethod method) {
    Totals totals = rows.get(method);
    return totals == null ? Double.NaN : totals.tokensPerSecond();
  }
}
