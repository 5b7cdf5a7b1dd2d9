package dev.unmask.bridge.triton;

import static org.bytedeco.tritonserver.global.tritonserver.TRITONBACKEND_ModelInstanceReportBatchStatistics;

import dev.unmask.bridge.Telemetry;

/**
 * Reports the steps of one instance to Triton's statistics: a step is an execution of the model,
 * its sequences are the batch. Requests and responses are reported by {@link TritonCall}.
 */
record BatchStatistics(Handles.Instance instance) implements Telemetry {
  @Override
  public void onStep(StepReport report) {
    if (report.rows() == 0 || report.failed()) {
      return;
    }
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
