package dev.unmask.capacity.report;

import dev.unmask.capacity.measure.DecodingFigures;
import dev.unmask.capacity.measure.Distribution;
import dev.unmask.capacity.measure.RunFigures;
import java.io.IOException;
import java.io.Writer;
import java.util.Locale;

/**
 * The statistics of one target at one load, laid out as AIPerf's {@code profile_export_aiperf.csv}:
 * measures with their spread, then an empty line, then single values.
 */
final class StatisticsCsv {
  private static final double[] PERCENTILES = {1, 5, 10, 25, 50, 75, 90, 95, 99};

  private StatisticsCsv() {}

  static void write(RunFigures figures, Writer out) throws IOException {
    out.write("Metric,avg,min,max,p1,p5,p10,p25,p50,p75,p90,p95,p99,std\n");
    for (var entry : figures.measures().entrySet()) {
      Distribution values = entry.getValue();
      StringBuilder line = new StringBuilder(AiPerfNames.title(entry.getKey()));
      add(line, values.mean());
      add(line, values.min());
      add(line, values.max());
      for (double percent : PERCENTILES) {
        add(line, values.percentile(percent));
      }
      add(line, values.deviation());
      out.write(line.append('\n').toString());
    }
    out.write("\nMetric,Value\n");
    single(out, "Output Token Throughput (tokens/sec)", figures.tokenThroughput());
    single(out, "Request Throughput (requests/sec)", figures.requestThroughput());
    single(out, "Request Count (requests)", figures.requests());
    single(
        out,
        "Error Request Count (requests)",
        figures.errors().values().stream().mapToInt(Integer::intValue).sum());
    single(out, "Benchmark Duration (sec)", figures.seconds());
    if (figures.goodput().isPresent()) {
      single(out, "Goodput (requests/sec)", figures.goodput().getAsDouble());
    }
    if (figures.decoding().isPresent()) {
      DecodingFigures decoding = figures.decoding().get();
      single(out, "Forward Passes per Request", decoding.forwardPasses());
      single(out, "Tokens per Forward Pass", decoding.tokensPerPass());
      single(out, "Query Tokens per Request", decoding.queryTokens());
      single(out, "Wasted Positions (share)", decoding.wastedPositions());
    }
  }

  private static void add(StringBuilder line, double value) {
    line.append(',').append(String.format(Locale.ROOT, "%.3f", value));
  }

  private static void single(Writer out, String name, double value) throws IOException {
    out.write(String.format(Locale.ROOT, "%s,%.3f%n", name, value).replace("\r\n", "\n"));
  }
}
