package dev.unmask.bridge;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.FinishReason;
import dev.unmask.scheduler.GenerationRequest;
import dev.unmask.scheduler.ModelTraits;
import dev.unmask.scheduler.SchedulerConfig;
import dev.unmask.scheduler.SequenceView;
import dev.unmask.scheduler.SubmitOptions;
import dev.unmask.scheduler.UnmaskException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DecodeWorkerTest {
  private static final ModelTraits TRAITS = ScriptedEngine.manifest().traits();

  private final ScriptedEngine engine = new ScriptedEngine(2, DecodeWorkerTest::token);
  private final RecordingTelemetry telemetry = new RecordingTelemetry();
  private final List<Telemetry.StepReport> steps = telemetry.steps;
  private DecodeWorker worker = start(2, 8);

  static int token(int first, int position) {
    return 1 + (first * 13 + position * 5) % 240;
  }

  private DecodeWorker start(int sequences, int maxWaiting) {
    return Workers.start(
        "scripted",
        engine,
        TRAITS,
        SchedulerConfig.builder(sequences).maxWaiting(maxWaiting).build(),
        telemetry);
  }

  @AfterEach
  void close() {
    engine.onRun(plan -> {});
    worker.close();
  }

  private static GenerationRequest request(int first, int tokens) {
    return GenerationRequest.ofPrompt(
        new int[] {first}, Map.of("max_tokens", tokens, "algorithm", "autoregressive"), TRAITS);
  }

  private DecodeHandle submit(int first, int tokens, DecodeListener listener) {
    return worker.submit(request(first, tokens), SubmitOptions.DEFAULT, listener);
  }

  private static void assertAnswer(int first, int tokens, RecordingListener listener) {
    assertNull(listener.error);
    assertSame(FinishReason.LENGTH, listener.finished.finishReason());
    int[] expected = new int[tokens];
    for (int i = 0; i < tokens; i++) {
      expected[i] = token(first, i + 1);
    }
    assertArrayEquals(expected, listener.finished.answerIds());
    assertEquals(1, listener.ends.get());
  }

  /** Lets the next run begin and then holds it until the returned latch is opened. */
  private CountDownLatch holdNextRun(CountDownLatch begun) {
    CountDownLatch release = new CountDownLatch(1);
    engine.onRun(
        plan -> {
          begun.countDown();
          awaitQuietly(release);
        });
    return release;
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      assertTrue(latch.await(60, TimeUnit.SECONDS));
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void assertUnavailable(UnmaskException error, String part) {
    assertSame(ErrorCode.UNAVAILABLE, error.code());
    assertTrue(error.getMessage().contains(part), error.getMessage());
  }

  @Test
  void submit_fromManyIdleStates_eachIsDecodedOnTheDecodeThread() throws Exception {
    for (int i = 0; i < 200; i++) {
      RecordingListener listener = new RecordingListener();
      submit(i % 50, 1 + i % 3, listener);
      listener.await();
      assertAnswer(i % 50, 1 + i % 3, listener);
      assertEquals("decode-scripted", listener.thread.getName());
      assertEquals(Set.of(listener.thread), engine.threads());
    }
    assertTrue(worker.isHealthy());
  }

  @Test
  void submit_queueFull_unavailableUntilOneStarts() throws Exception {
    worker.close();
    worker = start(1, 2);
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch release = holdNextRun(begun);
    List<RecordingListener> listeners = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      listeners.add(new RecordingListener());
      submit(i, 4, listeners.get(i));
      awaitQuietly(begun);
    }
    UnmaskException full =
        assertThrows(UnmaskException.class, () -> submit(9, 4, new RecordingListener()));
    assertUnavailable(full, "Exceeds maximum queue size, maxWaiting=2");
    assertEquals(3, worker.size());
    release.countDown();
    for (int i = 0; i < 3; i++) {
      listeners.get(i).await();
      assertAnswer(i, 4, listeners.get(i));
    }
  }

  /** A regression: whoever was told that a waiting request is over found its place still taken. */
  @Test
  void cancel_whileWaiting_givesItsPlaceUpBeforeItsListenerIsTold() throws Exception {
    worker.close();
    worker = start(1, 1);
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch release = holdNextRun(begun);
    RecordingListener running = new RecordingListener();
    submit(1, 6, running);
    awaitQuietly(begun);
    for (boolean takenIn : new boolean[] {false, true}) {
      RecordingListener next = new RecordingListener();
      RecordingListener waiting =
          new RecordingListener() {
            @Override
            public void onFinished(SequenceView sequence) {
              submit(2, 3, next);
              super.onFinished(sequence);
            }

            @Override
            public void onAborted(UnmaskException cause) {
              submit(2, 3, next);
              super.onAborted(cause);
            }
          };
      DecodeHandle handle = submit(3, 3, waiting);
      if (takenIn) {
        // A step later the scheduler has it, and no place for it.
        CountDownLatch again = new CountDownLatch(1);
        CountDownLatch hold = holdNextRun(again);
        release.countDown();
        awaitQuietly(again);
        release = hold;
      }
      handle.cancel();
      release.countDown();
      waiting.await();
      next.await();
      assertAnswer(2, 3, next);
      running.await();
      running = new RecordingListener();
      begun = new CountDownLatch(1);
      release = holdNextRun(begun);
      submit(1, 6, running);
      awaitQuietly(begun);
    }
    release.countDown();
    running.await();
  }

  @Test
  void cancel_running_endsAfterTheStepInProgress() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch release = holdNextRun(begun);
    RecordingListener listener = new RecordingListener();
    RecordingListener other = new RecordingListener();
    DecodeHandle handle = submit(1, 100, listener);
    awaitQuietly(begun);
    submit(2, 5, other);
    handle.cancel();
    handle.cancel();
    release.countDown();
    listener.await();
    assertSame(FinishReason.CANCELLED, listener.finished.finishReason());
    assertEquals(1, listener.finished.forwardPasses());
    other.await();
    assertAnswer(2, 5, other);
    handle.cancel();
    assertEquals(1, listener.ends.get());
  }

  @Test
  void cancel_notTakenInYet_abortedWithoutASequence() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch release = holdNextRun(begun);
    RecordingListener first = new RecordingListener();
    submit(1, 3, first);
    awaitQuietly(begun);
    RecordingListener listener = new RecordingListener();
    submit(2, 3, listener).cancel();
    release.countDown();
    listener.await();
    assertSame(ErrorCode.CANCELLED, listener.error.code());
    assertEquals(1, listener.scheduled.getCount());
    first.await();
    assertAnswer(1, 3, first);
  }

  @ParameterizedTest
  @ValueSource(strings = {"unmask", "runtime", "memory", "stack"})
  void engineFailure_failsItsBatchOnly(String kind) throws Exception {
    engine.onRun(
        plan -> {
          if (plan.rowCount() > 0 && plan.tokenId(0) == 7) {
            switch (kind) {
              case "unmask":
                throw new UnmaskException(ErrorCode.INTERNAL, "engine: device lost");
              case "runtime":
                throw new IllegalStateException("device lost");
              case "memory":
                throw new OutOfMemoryError("device lost");
              default:
                throw new StackOverflowError("device lost");
            }
          }
        });
    RecordingListener bad = new RecordingListener();
    submit(7, 3, bad);
    bad.await();
    assertSame(FinishReason.ERROR, bad.finished.finishReason());
    assertSame(ErrorCode.INTERNAL, bad.finished.error().code());
    assertTrue(bad.finished.error().getMessage().contains("device lost"));
    RecordingListener good = new RecordingListener();
    submit(8, 3, good);
    good.await();
    assertAnswer(8, 3, good);
    assertTrue(worker.isHealthy());
    assertTrue(steps.stream().anyMatch(Telemetry.StepReport::failed));
  }

  @ParameterizedTest
  @ValueSource(strings = {"scheduled", "committed", "finished", "error"})
  void listenerThrows_itsSequenceFailsAndNoOther(String where) throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch release = holdNextRun(begun);
    RecordingListener good = new RecordingListener();
    submit(1, 6, good);
    awaitQuietly(begun);
    RecordingListener bad =
        new RecordingListener() {
          @Override
          public void onScheduled(SequenceView sequence) {
            fail("scheduled");
          }

          @Override
          public void onCommitted(SequenceView sequence) {
            fail("committed");
            if (where.equals("error")) {
              throw new OutOfMemoryError("text");
            }
          }

          @Override
          public void onFinished(SequenceView sequence) {
            fail("finished");
            super.onFinished(sequence);
          }

          private void fail(String at) {
            if (where.equals(at)) {
              throw new IllegalStateException("secret");
            }
          }
        };
    submit(2, 6, bad);
    release.countDown();
    bad.await();
    assertSame(ErrorCode.INTERNAL, bad.error.code());
    assertFalse(bad.error.getMessage().contains("secret"));
    assertNull(bad.finished);
    assertEquals(1, bad.ends.get());
    good.await();
    assertAnswer(1, 6, good);
    assertTrue(worker.isHealthy());
    assertTrue(worker.drain(Duration.ofSeconds(60)));
  }

  @Test
  void unexpectedError_workerUnhealthyEverythingFails() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    engine.onRun(
        plan -> {
          begun.countDown();
          awaitQuietly(release);
          throw new InternalError("corrupt");
        });
    List<RecordingListener> taken = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      taken.add(new RecordingListener());
      submit(i, 3, taken.get(i));
      awaitQuietly(begun);
    }
    release.countDown();
    taken.get(0).await();
    assertSame(ErrorCode.INTERNAL, taken.get(0).error.code());
    taken.get(1).await();
    assertUnavailable(taken.get(1).error, "unhealthy");
    UnmaskException refused =
        assertThrows(UnmaskException.class, () -> submit(1, 1, new RecordingListener()));
    assertUnavailable(refused, "unhealthy");
    assertFalse(worker.isHealthy());
    worker.close();
    assertEquals(1, engine.closes());
    assertEquals(1, engine.threads().size());
    taken.forEach(listener -> assertEquals(1, listener.ends.get()));
  }

  @Test
  void finish_otherThread_refused() throws Exception {
    RecordingListener listener = new RecordingListener();
    DecodeHandle handle = submit(1, 1, listener);
    listener.await();
    assertThrows(IllegalStateException.class, handle::finish);
  }

  @Test
  void finish_withinAListenerCall_stopsInTheSameStep() throws Exception {
    RecordingListener listener = new FinishingListener(3);
    submit(1, 50, listener);
    listener.await();
    assertSame(FinishReason.STOP, listener.finished.finishReason());
    assertEquals(3, listener.finished.answerIds().length);
  }

  @Test
  void drain_inProgress_waitsAndRefusesNew() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch release = holdNextRun(begun);
    RecordingListener listener = new RecordingListener();
    submit(1, 4, listener);
    awaitQuietly(begun);
    assertFalse(worker.drain(Duration.ZERO));
    UnmaskException refused =
        assertThrows(UnmaskException.class, () -> submit(2, 1, new RecordingListener()));
    assertUnavailable(refused, "'scripted' is shutting down");
    release.countDown();
    assertTrue(worker.drain(Duration.ofSeconds(60)));
    assertAnswer(1, 4, listener);
    assertEquals(0, worker.size());
  }

  @Test
  void close_inProgress_cancelsAndClosesTheEngineOnTheDecodeThread() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch release = holdNextRun(begun);
    RecordingListener running = new RecordingListener();
    submit(1, 100, running);
    awaitQuietly(begun);
    RecordingListener late = new RecordingListener();
    submit(2, 100, late);
    Thread closer = new Thread(worker::close);
    closer.start();
    while (!isRefusing()) {
      Thread.onSpinWait();
    }
    release.countDown();
    closer.join();
    assertSame(FinishReason.CANCELLED, running.finished.finishReason());
    assertUnavailable(late.error, "shutting down");
    assertEquals(1, engine.closes());
    assertEquals(Set.of(running.thread), engine.threads());
    worker.close();
    assertEquals(1, engine.closes());
    assertTrue(worker.isHealthy());
  }

  private boolean isRefusing() {
    try {
      submit(3, 1, new RecordingListener()).cancel();
      return false;
    } catch (UnmaskException e) {
      return e.getMessage().contains("shutting down");
    }
  }

  @Test
  void close_onTheDecodeThread_refused() throws Exception {
    RecordingListener listener =
        new RecordingListener() {
          @Override
          public void onCommitted(SequenceView sequence) {
            worker.close();
          }
        };
    submit(1, 2, listener);
    listener.await();
    assertTrue(listener.error.getCause() instanceof IllegalStateException);
  }

  @Test
  void steps_reported_addUpToWhatWasCommitted() throws Exception {
    RecordingListener listener = new RecordingListener();
    submit(1, 5, listener);
    listener.await();
    assertTrue(worker.drain(Duration.ofSeconds(60)));
    worker.close();
    assertEquals(5, steps.stream().mapToInt(Telemetry.StepReport::committedTokens).sum());
    assertEquals(5, steps.stream().mapToInt(Telemetry.StepReport::rows).sum());
    assertEquals(1, steps.stream().mapToInt(Telemetry.StepReport::prefillTokens).sum());
    assertEquals(
        listener.finished.queryTokens(),
        steps.stream().mapToInt(Telemetry.StepReport::queryTokens).sum());
    Telemetry.StepReport last = steps.get(steps.size() - 1);
    assertEquals(0, last.levels().running());
    assertEquals(0, last.levels().kvBlocksUsed());
  }

  @Test
  void start_moreSequencesThanSlots_invalidAndTheEngineStaysOpen() {
    ScriptedEngine small = new ScriptedEngine(1, DecodeWorkerTest::token);
    assertThrows(
        UnmaskException.class,
        () -> Workers.start("x", small, TRAITS, SchedulerConfig.ofSequences(2), Telemetry.NOOP));
    assertEquals(0, small.closes());
  }
}
