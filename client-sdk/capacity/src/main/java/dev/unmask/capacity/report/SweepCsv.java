package dev.unmask.capacity.report;

import dev.unmask.capacity.measure.Distribution;
import dev.unmask.capacity.measure.Level;
import dev.unmask.capacity.measure.Level.TargetLevel;
import dev.unmask.capacity.measure.Measure;
import dev.unmask.capacity.measure.RunFigures;
import dev.unmask.capacity.score.Score;
import java.io.IOException;
import java.io.Writer;
import java.util.List;
import java.util.Locale;

/** A line for every load and target of a sweep. */
final class SweepCsv {
  private static final List<Measure> MEASURES =
      List.of(
          Measure.TIME_TO_FIRST_BLOCK,
          Measure.INTER_CHUNK_LATENCY,
          Measure.INTER_TOKEN_LATENCY,
          Measure.REQUEST_LATENCY);

  private SweepCsv() {}

  static void write(List<Level> levels, Writer out) throws IOException {
    StringBuilder header =
        new StringBuilder(
            "kind,load,target,requests,errors,steady,output_token_throughput,request_throughput,"
                + "goodput,tokens_per_pass,score,ratio,ratio_low,ratio_high,comparable");
    for (Measure measure : MEASURES) {
      for (String percentile : List.of("p50", "p90", "p99", "p99_9")) {
        header.append(',').append(measure.tag()).append('_').append(percentile);
      }
    }
    out.write(header.append('\n').toString());
    for (Level level : levels) {
      for (TargetLevel target : level.targets()) {
        out.write(line(level, target));
      }
    }
  }

  private static String line(Level level, TargetLevel target) {
    RunFigures figures = target.figures();
    StringBuilder line = new StringBuilder(level.load().kind());
    text(line, number(level.load().value()));
    text(line, target.name());
    text(line, String.valueOf(figures.requests()));
    text(line, String.valueOf(figures.errors().values().stream().mapToInt(i -> i).sum()));
    text(line, String.valueOf(figures.steady()));
    text(line, number(figures.tokenThroughput()));
    text(line, number(figures.requestThroughput()));
    text(line, figures.goodput().isPresent() ? number(figures.goodput().getAsDouble()) : "");
    text(line, figures.decoding().map(d -> number(d.tokensPerPass())).orElse(""));
    text(line, target.score().map(Score::mean).map(SweepCsv::number).orElse(""));
    boolean first = target.name().equals(level.targets().get(0).name());
    text(line, first ? level.comparison().map(c -> number(c.ratio().value())).orElse("") : "");
    text(line, first ? level.comparison().map(c -> number(c.ratio().low())).orElse("") : "");
    text(line, first ? level.comparison().map(c -> number(c.ratio().high())).orElse("") : "");
    text(line, first ? level.comparison().map(c -> "" + c.comparable()).orElse("") : "");
    for (Measure measure : MEASURES) {
      Distribution values = figures.measures().get(measure);
      for (double percent : new double[] {50, 90, 99, 99.9}) {
        text(line, values == null ? "" : number(values.percentile(percent)));
      }
    }
    return line.append('\n').toString();
  }

  private static void text(StringBuilder line, String value) {
    line.append(',').append(value);
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.6g", value);
  }
}
