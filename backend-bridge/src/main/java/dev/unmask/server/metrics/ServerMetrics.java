package dev.unmask.server.metrics;

import dev.unmask.server.MetricsSource;
import io.prometheus.metrics.config.EscapingScheme;
import io.prometheus.metrics.core.metrics.StatefulMetric;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The metrics of this server. Series of a model are there while it is loaded. Any thread. */
public final class ServerMetrics implements MetricsSource {
  private final TritonFamilies triton;
  private final PrometheusFamilies unmask = new PrometheusFamilies();
  private final CpuMetrics cpu;
  private final PrometheusTextFormatWriter writer = PrometheusTextFormatWriter.create();

  /** How many loaded models write to the series of a name and version. */
  private final Map<List<String>, Integer> users = new HashMap<>();

  /** Without series. */
  public ServerMetrics(MetricsConfig config) {
    triton = new TritonFamilies(config);
    cpu = config.cpu() ? new CpuMetrics() : null;
  }

  /** Makes the series of a model, or joins those there are; closing the result leaves them. */
  public ModelTelemetry open(String model, String version) {
    synchronized (users) {
      users.merge(List.of(model, version), 1, Integer::sum);
      return new ModelTelemetry(
          model,
          version,
          new ModelSeries(triton, unmask.open(model, version), model, version),
          new StatisticsRecorder(System::currentTimeMillis),
          () -> leave(model, version));
    }
  }

  private void leave(String model, String version) {
    synchronized (users) {
      List<String> key = List.of(model, version);
      if (users.merge(key, -1, Integer::sum) == 0) {
        users.remove(key);
        triton.remove(model, version);
        unmask.remove(model, version);
      }
    }
  }

  @Override
  public byte[] scrape() {
    List<MetricSnapshot> snapshots = new ArrayList<>(triton.others());
    snapshots.addAll(unmask.collect());
    if (cpu != null) {
      snapshots.addAll(cpu.collect());
    }
    snapshots.removeIf(snapshot -> snapshot.getDataPoints().isEmpty());
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      out.write(PlainCounters.write(triton.counters()).getBytes(StandardCharsets.UTF_8));
      writer.write(out, new MetricSnapshots(snapshots), EscapingScheme.DEFAULT);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  /** Names of a family's labels: model, version, and further ones. */
  static String[] labels(String... further) {
    List<String> names = new ArrayList<>(List.of("model", "version"));
    names.addAll(List.of(further));
    return names.toArray(new String[0]);
  }

  /** Removes a model's series from a family. */
  static void remove(StatefulMetric<?, ?> metric, String model, String version) {
    metric.removeIf(labels -> labels.get(0).equals(model) && labels.get(1).equals(version));
  }
}
