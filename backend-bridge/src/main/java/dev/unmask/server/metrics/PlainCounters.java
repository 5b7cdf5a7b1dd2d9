package dev.unmask.server.metrics;

import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import java.util.List;

/**
 * Writes counters under their own names. The client library ends every counter's name in {@code
 * _total}, which Triton's do not.
 */
final class PlainCounters {
  private PlainCounters() {}

  /** Prometheus text format; families without series are left out. */
  static String write(List<CounterSnapshot> counters) {
    StringBuilder text = new StringBuilder();
    for (CounterSnapshot counter : counters) {
      if (counter.getDataPoints().isEmpty()) {
        continue;
      }
      String name = counter.getMetadata().getPrometheusName();
      text.append("# HELP ").append(name).append(' ');
      text.append(counter.getMetadata().getHelp()).append('\n');
      text.append("# TYPE ").append(name).append(" counter\n");
      for (CounterDataPointSnapshot point : counter.getDataPoints()) {
        text.append(name);
        labels(text, point.getLabels());
        text.append(' ').append((long) point.getValue()).append('\n');
      }
    }
    return text.toString();
  }

  private static void labels(StringBuilder text, Labels labels) {
    for (int i = 0; i < labels.size(); i++) {
      text.append(i == 0 ? '{' : ',').append(labels.getName(i)).append("=\"");
      text.append(escape(labels.getValue(i))).append('"');
    }
    text.append('}');
  }

  private static String escape(String value) {
    return value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
  }
}
