package dev.unmask.bridge.triton;

import static dev.unmask.bridge.triton.TritonErrors.check;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_METRIC_KIND_COUNTER;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_METRIC_KIND_GAUGE;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_METRIC_KIND_HISTOGRAM;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_MetricArgsDelete;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_MetricArgsNew;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_MetricArgsSetHistogram;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_MetricFamilyDelete;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_MetricFamilyNew;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_MetricNew;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_MetricNewWithArgs;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_PARAMETER_STRING;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_ParameterDelete;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_ParameterNew;

import dev.unmask.metrics.MetricFamily;
import dev.unmask.metrics.MetricSeries;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.tritonserver.tritonserver.TRITONSERVER_Parameter;

/**
 * The metrics of block decoding in Triton's registry, next to Triton's own. Series of a model are
 * there while an instance of it is loaded. Any thread.
 */
final class TritonMetrics implements AutoCloseable {
  private final Map<MetricFamily, Handles.Family> families = new EnumMap<>(MetricFamily.class);
  private final Map<List<String>, ModelMetrics> models = new HashMap<>();

  /** Registers the families. */
  TritonMetrics() {
    try {
      for (MetricFamily family : MetricFamily.values()) {
        families.put(family, register(family));
      }
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private static Handles.Family register(MetricFamily family) {
    int kind =
        switch (family.kind()) {
          case COUNTER -> TRITONSERVER_METRIC_KIND_COUNTER;
          case GAUGE, RATIO -> TRITONSERVER_METRIC_KIND_GAUGE;
          case HISTOGRAM -> TRITONSERVER_METRIC_KIND_HISTOGRAM;
        };
    Scratch scratch = Scratch.get();
    check(TRITONSERVER_MetricFamilyNew(scratch.pointer, kind, family.id(), family.help()));
    return new Handles.Family(scratch.pointer());
  }

  /** Makes the series of a model for a further instance, or joins those there are. */
  synchronized InstanceMetrics open(String model, long version) {
    ModelMetrics metrics =
        models.computeIfAbsent(
            List.of(model, Long.toString(version)), labels -> new ModelMetrics(series(labels)));
    return metrics.join(this);
  }

  /** Takes an instance's share of its model's levels back; the series go with the last instance. */
  synchronized void leave(InstanceMetrics instance) {
    ModelMetrics metrics = instance.model();
    if (metrics.leave(instance)) {
      models.values().remove(metrics);
    }
  }

  private Handles.Metric[] series(List<String> labels) {
    Handles.Metric[] series = new Handles.Metric[MetricSeries.values().length];
    try {
      for (MetricSeries each : MetricSeries.values()) {
        series[each.ordinal()] = series(each, labels);
      }
      return series;
    } catch (RuntimeException e) {
      ModelMetrics.delete(series);
      throw e;
    }
  }

  private Handles.Metric series(MetricSeries series, List<String> labels) {
    List<TRITONSERVER_Parameter> parameters = new ArrayList<>();
    try (PointerPointer<Pointer> pointers = new PointerPointer<>(3)) {
      parameters.add(label("model", labels.get(0)));
      parameters.add(label("version", labels.get(1)));
      if (series.labelValue() != null) {
        parameters.add(label(series.family().label(), series.labelValue()));
      }
      for (int i = 0; i < parameters.size(); i++) {
        pointers.put(i, parameters.get(i));
      }
      return series(series.family(), pointers, parameters.size());
    } finally {
      parameters.forEach(parameter -> TRITONSERVER_ParameterDelete(parameter));
    }
  }

  private Handles.Metric series(MetricFamily family, PointerPointer<Pointer> labels, int count) {
    Scratch scratch = Scratch.get();
    if (family.kind() != MetricFamily.Kind.HISTOGRAM) {
      check(TRITONSERVER_MetricNew(scratch.pointer, families.get(family), labels, count));
      return new Handles.Metric(scratch.pointer());
    }
    check(TRITONSERVER_MetricArgsNew(scratch.pointer));
    Handles.MetricArgs args = new Handles.MetricArgs(scratch.pointer());
    try {
      double[] bounds = family.bounds();
      check(TRITONSERVER_MetricArgsSetHistogram(args, bounds, bounds.length));
      check(
          TRITONSERVER_MetricNewWithArgs(
              scratch.pointer, families.get(family), labels, count, args));
      return new Handles.Metric(scratch.pointer());
    } finally {
      check(TRITONSERVER_MetricArgsDelete(args));
    }
  }

  private static TRITONSERVER_Parameter label(String name, String value) {
    try (BytePointer text = new BytePointer(value, StandardCharsets.UTF_8)) {
      return TRITONSERVER_ParameterNew(name, TRITONSERVER_PARAMETER_STRING, text);
    }
  }

  /** Takes the families from the registry; no series may be left. */
  @Override
  public synchronized void close() {
    families.values().forEach(family -> TritonErrors.drop(TRITONSERVER_MetricFamilyDelete(family)));
    families.clear();
  }
}
