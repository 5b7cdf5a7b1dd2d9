package dev.unmask.bridge;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** Keeps what it is told. */
public final class RecordingTelemetry implements Telemetry {
  public final AtomicInteger received = new AtomicInteger();
  public final AtomicInteger scheduled = new AtomicInteger();
  public final AtomicInteger firstBlocks = new AtomicInteger();
  public final AtomicInteger blocks = new AtomicInteger();
  public final List<Integer> responses = new CopyOnWriteArrayList<>();
  public final List<RequestReport> ended = new CopyOnWriteArrayList<>();
  public final List<StepReport> steps = new CopyOnWriteArrayList<>();
  public final List<Levels> levels = new CopyOnWriteArrayList<>();

  @Override
  public void onReceived() {
    received.incrementAndGet();
  }

  @Override
  public void onScheduled(long queueNanos) {
    scheduled.incrementAndGet();
  }

  @Override
  public void onFirstBlock(long nanos) {
    firstBlocks.incrementAndGet();
  }

  @Override
  public void onBlock(long nanos) {
    blocks.incrementAndGet();
  }

  @Override
  public void onResponse(int index, long inferNanos, long outputNanos, boolean empty) {
    responses.add(index);
  }

  @Override
  public void onEnded(RequestReport report) {
    ended.add(report);
  }

  @Override
  public void onStep(StepReport report) {
    steps.add(report);
  }

  @Override
  public void onLevels(Levels changed) {
    levels.add(changed);
  }
}
