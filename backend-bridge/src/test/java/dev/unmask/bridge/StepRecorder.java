package dev.unmask.bridge;

import java.util.List;

/** Keeps the step reports. */
record StepRecorder(List<Telemetry.StepReport> steps) implements Telemetry {
  @Override
  public void onReceived() {}

  @Override
  public void onScheduled(long queueNanos) {}

  @Override
  public void onFirstBlock(long nanos) {}

  @Override
  public void onBlock(long nanos) {}

  @Override
  public void onResponse(int index, long inferNanos, long outputNanos, boolean empty) {}

  @Override
  public void onEnded(RequestReport report) {}

  @Override
  public void onStep(StepReport report) {
    steps.add(report);
  }
}
