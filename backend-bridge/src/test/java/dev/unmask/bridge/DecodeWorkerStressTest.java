package dev.unmask.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.FinishReason;
import dev.unmask.scheduler.GenerationRequest;
import dev.unmask.scheduler.ModelTraits;
import dev.unmask.scheduler.SchedulerConfig;
import dev.unmask.scheduler.SubmitOptions;
import dev.unmask.scheduler.UnmaskException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;

/** Many producers, random cancels, an engine that fails now and then, closing in mid-flight. */
class DecodeWorkerStressTest {
  private static final int PRODUCERS = 8;
  private static final int REQUESTS = 150;
  private static final ModelTraits TRAITS = ScriptedEngine.manifest().traits();

  /** A request with what was asked and told of it. */
  private static final class Asked {
    final RecordingListener listener = new RecordingListener();
    final int first;
    final int tokens;
    volatile boolean refused;

    Asked(int first, int tokens) {
      this.first = first;
      this.tokens = tokens;
    }
  }

  private final Queue<Asked> all = new ConcurrentLinkedQueue<>();

  @RepeatedTest(6)
  void submitCancelClose_anyInterleaving_eachListenerIsToldOnce(RepetitionInfo repetition)
      throws Exception {
    int seed = repetition.getCurrentRepetition();
    boolean closeInMidFlight = seed % 2 == 0;
    ScriptedEngine engine = new ScriptedEngine(4, DecodeWorkerTest::token);
    Random faults = new Random(seed);
    engine.onRun(
        plan -> {
          if (faults.nextInt(50) == 0) {
            throw new UnmaskException(ErrorCode.INTERNAL, "engine: random fault");
          }
        });
    DecodeWorker worker =
        Workers.start(
            "stress",
            engine,
            TRAITS,
            SchedulerConfig.builder(4).maxQueryTokens(40).maxWaiting(64).kvPositions(128).build(),
            Telemetry.NOOP);
    AtomicInteger submitted = new AtomicInteger();
    CountDownLatch half = new CountDownLatch(PRODUCERS * REQUESTS / 2);
    List<Thread> producers = new ArrayList<>();
    for (int p = 0; p < PRODUCERS; p++) {
      Random random = new Random(seed * 100L + p);
      Thread producer =
          new Thread(
              () -> {
                for (int i = 0; i < REQUESTS; i++) {
                  ask(worker, random, submitted);
                  half.countDown();
                }
              });
      producers.add(producer);
      producer.start();
    }
    if (closeInMidFlight) {
      half.await();
      worker.close();
    }
    for (Thread producer : producers) {
      producer.join();
    }
    if (!closeInMidFlight) {
      assertTrue(worker.drain(Duration.ofSeconds(60)));
      worker.close();
    }
    assertEquals(PRODUCERS * REQUESTS, all.size());
    assertEquals(0, worker.size());
    assertTrue(worker.isHealthy());
    assertEquals(1, engine.closes());
    assertEquals(1, engine.threads().size());
    all.forEach(this::check);
    assertTrue(submitted.get() > 0);
  }

  private void ask(DecodeWorker worker, Random random, AtomicInteger submitted) {
    Asked asked = new Asked(random.nextInt(200), 1 + random.nextInt(12));
    all.add(asked);
    GenerationRequest request =
        GenerationRequest.ofPrompt(
            new int[] {asked.first},
            Map.of(
                "max_tokens",
                asked.tokens,
                "algorithm",
                random.nextBoolean() ? "d2f" : "autoregressive"),
            TRAITS);
    try {
      DecodeHandle handle = worker.submit(request, SubmitOptions.DEFAULT, asked.listener);
      submitted.incrementAndGet();
      if (random.nextInt(4) == 0) {
        handle.cancel();
      } else if (random.nextInt(4) == 0) {
        asked.listener.await();
        handle.cancel();
      }
    } catch (UnmaskException e) {
      assertSame(ErrorCode.UNAVAILABLE, e.code());
      asked.refused = true;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private void check(Asked asked) {
    assertEquals(asked.refused ? 0 : 1, asked.listener.ends.get());
    boolean complete =
        asked.listener.finished != null
            && asked.listener.finished.finishReason() == FinishReason.LENGTH;
    if (complete) {
      int[] ids = asked.listener.finished.answerIds();
      assertEquals(asked.tokens, ids.length);
      for (int i = 0; i < ids.length; i++) {
        assertEquals(DecodeWorkerTest.token(asked.first, i + 1), ids[i]);
      }
    }
  }
}
