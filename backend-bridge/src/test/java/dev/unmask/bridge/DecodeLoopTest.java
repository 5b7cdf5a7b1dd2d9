package dev.unmask.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.GenerationRequest;
import dev.unmask.scheduler.SchedulerConfig;
import dev.unmask.scheduler.UnmaskException;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class DecodeLoopTest {
  @Test
  void step_otherThreadThanTheFirst_refused() throws Exception {
    try (ScriptedEngine engine = new ScriptedEngine(1, DecodeWorkerTest::token)) {
      DecodeLoop loop =
          new DecodeLoop(
              engine, ScriptedEngine.manifest().traits(), SchedulerConfig.ofSequences(1));
      while (loop.step()) {
        assertTrue(engine.runs() < 2, "nothing but the release of the slots");
      }
      AtomicReference<RuntimeException> refused = new AtomicReference<>();
      Thread other =
          new Thread(
              () -> {
                try {
                  loop.step();
                } catch (RuntimeException e) {
                  refused.set(e);
                }
              },
              "other");
      other.start();
      other.join();
      assertTrue(refused.get() instanceof IllegalStateException);
      assertTrue(refused.get().getMessage().contains("other"), refused.get().getMessage());
      assertFalse(loop.step());
    }
  }

  @Test
  void submit_firstWithLookAheadByCost_timesPassesOnceAndOthersGoOn() {
    try (ScriptedEngine engine = new ScriptedEngine(2, DecodeWorkerTest::token)) {
      SchedulerConfig config = SchedulerConfig.builder(2).reuseEntries(2).build();
      DecodeLoop loop = new DecodeLoop(engine, ScriptedEngine.manifest().traits(), config);
      RecordingListener running = submit(loop, Map.of("max_tokens", 100, "ignore_eos", true));
      assertTrue(loop.step());
      int before = engine.runs();
      RecordingListener first = submit(loop, Map.of("look_ahead", "cost", "max_tokens", 20));
      int timed = engine.runs() - before;
      assertTrue(timed > 10, "runs " + timed);
      RecordingListener second = submit(loop, Map.of("look_ahead", "batch", "max_tokens", 20));
      assertEquals(before + timed, engine.runs());
      loop.drain();
      assertEquals(100, running.finished.answerIds().length);
      assertEquals(1, running.finished.preemptions());
      assertEquals(1, first.ends.get());
      assertEquals(1, second.ends.get());
    }
  }

  @Test
  void submit_enginesFailsWhilePassesAreTimed_onlyThatRequestIsRefused() {
    try (ScriptedEngine engine = new ScriptedEngine(2, DecodeWorkerTest::token)) {
      DecodeLoop loop =
          new DecodeLoop(
              engine, ScriptedEngine.manifest().traits(), SchedulerConfig.ofSequences(2));
      RecordingListener running = submit(loop, Map.of("max_tokens", 30, "ignore_eos", true));
      assertTrue(loop.step());
      engine.onRun(
          plan -> {
            throw new UnmaskException(ErrorCode.INTERNAL, "device lost");
          });
      UnmaskException refused =
          assertThrows(UnmaskException.class, () -> submit(loop, Map.of("look_ahead", "cost")));
      assertEquals("device lost", refused.getMessage());
      engine.onRun(plan -> {});
      // It is not tried again: everybody who runs would pay for it.
      int runs = engine.runs();
      refused =
          assertThrows(UnmaskException.class, () -> submit(loop, Map.of("look_ahead", "cost")));
      assertTrue(refused.getMessage().contains("could not be timed: device lost"));
      assertEquals(runs, engine.runs());
      loop.drain();
      assertEquals(30, running.finished.answerIds().length);
    }
  }

  private static RecordingListener submit(DecodeLoop loop, Map<String, Object> parameters) {
    RecordingListener listener = new RecordingListener();
    loop.submit(
        GenerationRequest.ofPrompt(new int[] {1}, parameters, ScriptedEngine.manifest().traits()),
        listener);
    return listener;
  }

  @Test
  void drain_engineThatAlwaysFails_endsSequencesAndReturns() {
    try (ScriptedEngine engine = new ScriptedEngine(1, DecodeWorkerTest::token)) {
      engine.onRun(
          plan -> {
            assertTrue(engine.runs() < 10, "goes on with nothing to do");
            throw new UnmaskException(ErrorCode.INTERNAL, "device lost");
          });
      DecodeLoop loop =
          new DecodeLoop(
              engine, ScriptedEngine.manifest().traits(), SchedulerConfig.ofSequences(1));
      RecordingListener listener = new RecordingListener();
      loop.submit(
          GenerationRequest.ofPrompt(new int[] {1}, Map.of(), ScriptedEngine.manifest().traits()),
          listener);
      loop.drain();
      assertEquals(1, listener.ends.get());
      assertEquals("device lost", listener.finished.error().getMessage());
    }
  }
}
