package dev.unmask.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unmask.bridge.engine.EngineCapabilities;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.FinishReason;
import dev.unmask.scheduler.GenerationRequest;
import dev.unmask.scheduler.ModelTraits;
import dev.unmask.scheduler.SchedulerConfig;
import dev.unmask.scheduler.SequenceView;
import dev.unmask.scheduler.SubmitOptions;
import dev.unmask.scheduler.UnmaskException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DecodePoolTest {
  private static final ModelTraits TRAITS = ScriptedEngine.manifest().traits();
  private static final int SLOTS = 1;
  private static final int MAX_WAITING = 2;

  private final List<ScriptedEngine> engines =
      List.of(
          new ScriptedEngine(SLOTS, DecodeWorkerTest::token),
          new ScriptedEngine(SLOTS, DecodeWorkerTest::token));
  private final RecordingTelemetry telemetry = new RecordingTelemetry();
  private final DecodePool pool = start(SLOTS);

  /** A run that has begun, and waits. */
  private record Held(CountDownLatch begun, CountDownLatch release) {
    void await() throws InterruptedException {
      assertTrue(begun.await(60, TimeUnit.SECONDS), "the run has not begun");
    }
  }

  private DecodePool start(int sequences) {
    return DecodePool.start(
        "scripted",
        List.copyOf(engines),
        TRAITS,
        engine -> SchedulerConfig.builder(sequences).maxWaiting(MAX_WAITING).build(),
        telemetry,
        () -> {});
  }

  @AfterEach
  void close() {
    engines.forEach(engine -> engine.onRun(plan -> {}));
    pool.close();
  }

  private Held hold(int engine) {
    Held held = new Held(new CountDownLatch(1), new CountDownLatch(1));
    engines
        .get(engine)
        .onRun(
            plan -> {
              held.begun.countDown();
              try {
                assertTrue(held.release.await(60, TimeUnit.SECONDS));
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
            });
    return held;
  }

  private RecordingListener submit(int first) {
    RecordingListener listener = new RecordingListener();
    pool.submit(request(first, 4), SubmitOptions.DEFAULT, listener);
    return listener;
  }

  private static GenerationRequest request(int first, int tokens) {
    return GenerationRequest.ofPrompt(
        new int[] {first}, Map.of("max_tokens", tokens, "algorithm", "autoregressive"), TRAITS);
  }

  private static void assertAnsweredBy(String thread, int first, RecordingListener listener)
      throws InterruptedException {
    listener.await();
    assertNull(listener.error);
    assertSame(FinishReason.LENGTH, listener.finished.finishReason());
    assertEquals(DecodeWorkerTest.token(first, 1), listener.finished.answerIds()[0]);
    assertEquals(thread, listener.thread.getName());
  }

  /** An end is told before it is counted. */
  private void awaitSize(int size) throws InterruptedException {
    for (long end = System.nanoTime() + 60_000_000_000L; pool.size() > size; ) {
      assertTrue(System.nanoTime() < end, pool.size() + " in progress");
      Thread.sleep(1);
    }
  }

  @Test
  void submit_goesToTheLeastLoaded_ofThoseToTheFirst() throws Exception {
    assertAnsweredBy("decode-scripted", 1, submit(1));
    awaitSize(0);
    assertAnsweredBy("decode-scripted", 2, submit(2));
    awaitSize(0);
    Held first = hold(0);
    RecordingListener slow = submit(3);
    first.await();
    assertAnsweredBy("decode-scripted-1", 4, submit(4));
    awaitSize(1);
    assertAnsweredBy("decode-scripted-1", 5, submit(5));
    first.release.countDown();
    assertAnsweredBy("decode-scripted", 3, slow);
  }

  @Test
  void submit_waitingRequestsOfAll_areBoundedTogether() throws Exception {
    Held first = hold(0);
    Held second = hold(1);
    List<RecordingListener> listeners = new ArrayList<>(List.of(submit(1), submit(2)));
    first.await();
    second.await();
    for (RecordingListener listener : listeners) {
      assertTrue(listener.scheduled.await(60, TimeUnit.SECONDS));
    }
    listeners.add(submit(3));
    listeners.add(submit(4));
    UnmaskException full = assertThrows(UnmaskException.class, () -> submit(5));
    assertSame(ErrorCode.UNAVAILABLE, full.code());
    assertEquals("model 'scripted': Exceeds maximum queue size, maxWaiting=2", full.getMessage());
    first.release.countDown();
    second.release.countDown();
    for (int i = 0; i < listeners.size(); i++) {
      assertAnsweredBy(
          i % 2 == 0 ? "decode-scripted" : "decode-scripted-1", i + 1, listeners.get(i));
    }
    submit(6).await();
  }

  @Test
  void oneFails_itsRequestsFail_othersGoOn() throws Exception {
    Held second = hold(1);
    engines
        .get(0)
        .onRun(
            plan -> {
              throw new InternalError("corrupt");
            });
    RecordingListener lost = submit(1);
    lost.await();
    assertSame(ErrorCode.INTERNAL, lost.error.code());
    assertFalse(pool.isHealthy());
    RecordingListener running = submit(2);
    RecordingListener waiting = submit(3);
    second.await();
    second.release.countDown();
    assertAnsweredBy("decode-scripted-1", 2, running);
    assertAnsweredBy("decode-scripted-1", 3, waiting);
    pool.close();
    engines.forEach(engine -> assertEquals(1, engine.closes()));
  }

  @Test
  void allFail_unavailable() throws Exception {
    for (ScriptedEngine engine : engines) {
      engine.onRun(
          plan -> {
            throw new InternalError("corrupt");
          });
      submit(1).await();
    }
    UnmaskException refused = assertThrows(UnmaskException.class, () -> submit(1));
    assertSame(ErrorCode.UNAVAILABLE, refused.code());
    assertTrue(refused.getMessage().contains("unhealthy"), refused.getMessage());
  }

  @Test
  void finish_withinAListenerCall_endsItOnItsOwnThread() throws Exception {
    Held first = hold(0);
    RecordingListener slow = submit(1);
    first.await();
    RecordingListener stopped = new FinishingListener(3);
    pool.submit(request(2, 50), SubmitOptions.DEFAULT, stopped);
    stopped.await();
    assertSame(FinishReason.STOP, stopped.finished.finishReason());
    assertEquals(3, stopped.finished.answerIds().length);
    first.release.countDown();
    slow.await();
  }

  @Test
  void steps_levelsAndTotals_areOfAll() throws Exception {
    Held first = hold(0);
    RecordingListener slow = submit(1);
    first.await();
    submit(2).await();
    first.release.countDown();
    slow.await();
    pool.close();
    Telemetry.StepReport last = telemetry.steps.get(telemetry.steps.size() - 1);
    long kvBlocks = engines.get(0).capabilities().kvPositions() / EngineCapabilities.KV_BLOCK;
    assertEquals(2 * kvBlocks, last.levels().kvBlocksTotal());
    assertEquals(0, last.levels().running());
    assertEquals(engines.get(0).runs() + engines.get(1).runs(), telemetry.steps.size());
  }

  /** With few users only the first works, and the cache is that of both. */
  @Test
  void levels_ofThoseThatHaveNotWorked_areThereFromTheStart() throws Exception {
    long kvBlocks = engines.get(0).capabilities().kvPositions() / EngineCapabilities.KV_BLOCK;
    assertEquals(2 * kvBlocks, telemetry.levels.get(telemetry.levels.size() - 1).kvBlocksTotal());
    submit(1).await();
    assertEquals(0, engines.get(1).runs());
    assertEquals(2 * kvBlocks, telemetry.steps.get(0).levels().kvBlocksTotal());
  }

  @Test
  void levels_ofOneThatFailed_areGone_totalsStay() throws Exception {
    submit(1).await();
    awaitSize(0);
    engines
        .get(0)
        .onRun(
            plan -> {
              throw new InternalError("corrupt");
            });
    submit(2).await();
    pool.close();
    Telemetry.Levels last = telemetry.levels.get(telemetry.levels.size() - 1);
    long kvBlocks = engines.get(0).capabilities().kvPositions() / EngineCapabilities.KV_BLOCK;
    assertEquals(kvBlocks, last.kvBlocksTotal());
    assertEquals(0, last.running());
    assertEquals(0, last.kvBlocksUsed());
  }

  @Test
  void close_onADecodeThread_isRefusedAndChangesNothing() throws Exception {
    RecordingListener closing =
        new RecordingListener() {
          @Override
          public void onCommitted(SequenceView sequence) {
            assertThrows(IllegalStateException.class, pool::close);
          }
        };
    pool.submit(request(1, 2), SubmitOptions.DEFAULT, closing);
    closing.await();
    assertNull(closing.error);
    assertSame(FinishReason.LENGTH, closing.finished.finishReason());
    submit(2).await();
  }

  @Test
  void close_inProgress_endsEachOnce() throws Exception {
    Held first = hold(0);
    Held second = hold(1);
    List<RecordingListener> listeners = new ArrayList<>(List.of(submit(1), submit(2)));
    first.await();
    second.await();
    listeners.add(submit(3));
    Thread closing = new Thread(pool::close);
    closing.start();
    first.release.countDown();
    second.release.countDown();
    closing.join(60_000);
    assertFalse(closing.isAlive());
    for (RecordingListener listener : listeners) {
      listener.await();
      assertEquals(1, listener.ends.get());
    }
    for (ScriptedEngine engine : engines) {
      assertEquals(1, engine.closes());
      assertEquals(1, engine.threads().size());
    }
    assertTrue(pool.isHealthy());
  }

  @Test
  void start_engineWithTooFewSlots_startsNothing() {
    UnmaskException refused = assertThrows(UnmaskException.class, () -> start(SLOTS + 1));
    assertSame(ErrorCode.INVALID_ARGUMENT, refused.code());
    engines.forEach(engine -> assertEquals(0, engine.closes()));
    engines.forEach(engine -> assertEquals(Set.of(), engine.threads()));
  }
}
