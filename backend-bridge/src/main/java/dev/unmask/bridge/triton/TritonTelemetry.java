package dev.unmask.bridge.triton;

import static org.bytedeco.tritonserver.global.tritonserver.TRITONBACKEND_ModelInstanceReportBatchStatistics;

import dev.unmask.bridge.Telemetry;
import dev.unmask.metrics.DecodingMetrics;

/**
 * What happens in one instance, for Triton's statistics and metrics: a step is an execution of the
 * model, its sequences are the batch. Requests and responses are reported by {@link TritonCall}.
 * Threads as {@link Telemetry} says.
 */
final class TritonTelemetry implements Telemetry {
  private final Handles.Instance instance;
  private final DecodingMetrics metrics;

  TritonTelemetry(Handles.Instance instance, DecodingMetrics metrics) {
    this.instance = instance;
    this.metrics = metrics;
  }

  @Override
  public void onReceived() {
    metrics.onReceived();
  }

  @Override
  public void onScheduled(long queueNanos) {
    metrics.onScheduled(queueNanos);
  }

  @Override
  public void onFirstBlock(long nanos) {
    metrics.onFirstBlock(nanos);
  }

  @Override
  public void onBlock(long nanos) {
    metrics.onBlock(nanos);
  }

  @Override
  public void onResponse(int index, long inferNanos, long outputNanos, boolean empty) {
    metrics.onResponse(index, inferNanos, outputNanos, empty);
  }

  @Override
  public void onEnded(RequestReport report) {
    metrics.onEnded(report);
  }

  @Override
  public void onStep(StepReport report) {
    metrics.onStep(report);
    if (report.rows() > 0 && !report.failed()) {
      long end = System.nanoTime();
      long computeEnd = end - report.applyNanos();
      long computeStart = computeEnd - report.engineNanos();
      TritonErrors.drop(
          TRITONBACKEND_ModelInstanceReportBatchStatistics(
              instance,
              report.rows(),
              computeStart - report.planNanos(),
              computeStart,
              computeEnd,
              end));
    }
  }
}
