package dev.unmask.server.metrics;

import dev.unmask.bridge.Telemetry;
import dev.unmask.metrics.DecodingMetrics;
import dev.unmask.metrics.SeriesWriter;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.datapoints.GaugeDataPoint;

/**
 * The metrics of one loaded model: those of block decoding, and Triton's. While a model is
 * replaced, two of these write to the same series; levels are then the newer one's. Threads as
 * {@link Telemetry} says.
 */
final class ModelSeries implements Telemetry {
  private final TritonFamilies triton;
  private final DecodingMetrics decoding;
  private final String[] labels;
  private final CounterDataPoint execCount;
  private final GaugeDataPoint pending;

  ModelSeries(TritonFamilies triton, SeriesWriter series, String model, String version) {
    this.triton = triton;
    this.decoding = new DecodingMetrics(series);
    labels = new String[] {model, version};
    triton.requestSuccess.initLabelValues(labels);
    for (Outcome outcome : Outcome.values()) {
      if (outcome != Outcome.SUCCESS) {
        triton.requestFailure.initLabelValues(with(TritonFamilies.reason(outcome)));
      }
    }
    triton.inferenceCount.initLabelValues(labels);
    triton.requestDuration.initLabelValues(labels);
    triton.queueDuration.initLabelValues(labels);
    triton.inputDuration.initLabelValues(labels);
    triton.inferDuration.initLabelValues(labels);
    triton.outputDuration.initLabelValues(labels);
    execCount = triton.execCount.labelValues(labels);
    pending = triton.pending.labelValues(labels);
  }

  /** Says how large the cache is, before a step has said so. */
  void onLoaded(long kvPositions) {
    decoding.onLoaded(kvPositions);
  }

  /** Leaves the levels to the model that takes this one's place. */
  void retire() {
    decoding.retire();
  }

  @Override
  public void onReceived() {
    pending.inc();
  }

  @Override
  public void onScheduled(long queueNanos) {
    pending.dec();
    decoding.onScheduled(queueNanos);
  }

  @Override
  public void onFirstBlock(long nanos) {
    decoding.onFirstBlock(nanos);
  }

  @Override
  public void onBlock(long nanos) {
    decoding.onBlock(nanos);
  }

  /** The first response to a request, since its arrival. */
  void onFirstResponse(long nanos) {
    if (triton.firstResponse != null) {
      triton.firstResponse.labelValues(labels).observe(nanos / 1e6);
    }
  }

  @Override
  public void onEnded(RequestReport report) {
    if (report.forwardPasses() == 0) {
      pending.dec();
    }
    decoding.onEnded(report);
    if (report.outcome() != Outcome.SUCCESS) {
      triton.requestFailure.labelValues(with(TritonFamilies.reason(report.outcome()))).inc();
      return;
    }
    triton.requestSuccess.labelValues(labels).inc();
    triton.inferenceCount.labelValues(labels).inc();
    triton.requestDuration.labelValues(labels).inc(report.totalNanos() / 1000);
    triton.queueDuration.labelValues(labels).inc(report.queueNanos() / 1000);
    triton.inputDuration.labelValues(labels).inc(report.inputNanos() / 1000);
    triton.inferDuration.labelValues(labels).inc(report.inferNanos() / 1000);
    triton.outputDuration.labelValues(labels).inc(report.outputNanos() / 1000);
  }

  @Override
  public void onStep(StepReport report) {
    if (report.rows() > 0 && !report.failed()) {
      execCount.inc();
    }
    decoding.onStep(report);
  }

  @Override
  public void onLevels(Levels levels) {
    decoding.onLevels(levels);
  }

  private String[] with(String further) {
    return new String[] {labels[0], labels[1], further};
  }
}
