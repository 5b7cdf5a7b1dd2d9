package dev.unmask.scheduler;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.unmask.scheduler.kv.KvPool;
import org.junit.jupiter.api.Test;

class DeadlineTest {
  private static final int ONE_SLOT = 1;

  private static SubmitOptions until(long nanos) {
    return new SubmitOptions(0, nanos);
  }

  @Test
  void plan_deadlineOfRunningSequence_failsWithWhatItReached() {
    SchedulerHarness harness = new SchedulerHarness(SchedulerConfig.ofSequences(ONE_SLOT));
    Recorder recorder = harness.submit(SchedulerHarness.autoregressive(3, 20), until(1000));
    harness.step();
    harness.step();
    harness.nowNanos = 999;
    harness.step();
    assertNull(recorder.finished);
    harness.nowNanos = 1000;
    harness.plan = harness.scheduler.plan(harness.nowNanos);
    assertSame(FinishReason.ERROR, recorder.finished.finishReason());
    assertSame(ErrorCode.UNAVAILABLE, recorder.finished.error().code());
    assertEquals(
        "Request timeout expired: 3 of 20 tokens in 3 forward passes",
        recorder.finished.error().getMessage());
    assertEquals(1, harness.plan.releasedCount());
    assertEquals(0, harness.scheduler.stats().kvBlocksUsed());
  }

  @Test
  void plan_deadlineOfWaitingSequence_failsItAlone() {
    SchedulerHarness harness = new SchedulerHarness(SchedulerConfig.ofSequences(ONE_SLOT));
    Recorder running = harness.submit(SchedulerHarness.autoregressive(3, 20));
    Recorder waits = harness.submit(SchedulerHarness.autoregressive(3, 20), until(5));
    Recorder later = harness.submit(SchedulerHarness.autoregressive(3, 20), until(9));
    harness.step();
    harness.nowNanos = 5;
    harness.step();
    assertEquals(0, waits.scheduled);
    assertEquals(
        "Request timeout expired: 0 of 20 tokens in 0 forward passes",
        waits.finished.error().getMessage());
    assertNull(running.finished);
    assertNull(later.finished);
    harness.nowNanos = 9;
    harness.step();
    assertSame(ErrorCode.UNAVAILABLE, later.finished.error().code());
    harness.drain();
    assertEquals(20, running.finished.answerIds().length);
  }

  @Test
  void plan_memoryOfExpiredSequence_servesTheSamePlan() {
    SchedulerHarness harness =
        new SchedulerHarness(SchedulerConfig.builder(2).kvPositions(4L * KvPool.BLOCK).build());
    harness.submit(SchedulerHarness.autoregressive(100, 5), until(10));
    Recorder next = harness.submit(SchedulerHarness.autoregressive(100, 5));
    harness.step();
    assertEquals(0, next.scheduled);
    harness.nowNanos = 10;
    harness.step();
    assertEquals(1, next.scheduled);
    harness.drain();
  }

  @Test
  void plan_listenerOfExpiredCancelsAnotherExpired_eachEndsOnce() {
    SchedulerHarness harness = new SchedulerHarness(SchedulerConfig.ofSequences(2));
    Recorder second = new Recorder();
    Recorder first = new Recorder();
    SequenceListener cancels =
        new SequenceListener() {
          @Override
          public void onCommitted(SequenceView sequence) {}

          @Override
          public void onFinished(SequenceView sequence) {
            first.onFinished(sequence);
            harness.scheduler.cancel(second.id);
          }
        };
    harness.scheduler.submit(SchedulerHarness.autoregressive(3, 9), until(1), cancels);
    second.id = harness.scheduler.submit(SchedulerHarness.autoregressive(3, 9), until(1), second);
    harness.step();
    harness.nowNanos = 1;
    harness.step();
    assertSame(FinishReason.ERROR, first.finished.finishReason());
    assertSame(FinishReason.CANCELLED, second.finished.finishReason());
    harness.drain();
  }
}
