package dev.unmask.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
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
