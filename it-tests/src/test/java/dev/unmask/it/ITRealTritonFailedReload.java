package dev.unmask.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unmask.core.CoreOptions;
import dev.unmask.core.TritonCore;
import dev.unmask.scheduler.UnmaskException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A model is loaded anew and that fails. Alone in its process: Triton 2.71 counts a live model too
 * many from then on, whatever the backend, and a server with one does not stop in its time.
 */
@RealTriton
@Timeout(300)
class ITRealTritonFailedReload {
  private static final String BACKEND = "backend: 'unmask'";

  private static void answers(ServingTarget triton) {
    assertEquals(ServedTest.AR_ANSWER, Ask.prompt("m").start(triton).ok().text());
  }

  @Test
  void reload_fails_whatServedGoesOn() {
    WireRepository repository = new WireRepository().add("m", "tiny_ar", BACKEND);
    RealTritonTarget triton =
        new RealTritonTarget(
            repository, new CoreOptions(repository.path()).explicit("m").exitTimeoutSeconds(1));
    repository.config("m", BACKEND, "max_batch_size: 4");
    UnmaskException failure = assertThrows(UnmaskException.class, () -> triton.core().load("m"));
    assertTrue(failure.getMessage().contains("max_batch_size 4"), failure.getMessage());
    answers(triton);
    repository.config("m", BACKEND);
    triton.core().load("m");
    answers(triton);
    Poll.until("every request was given back", () -> TritonCore.unfinished() == 0);
    try {
      triton.close();
    } catch (UnmaskException e) {
      assertTrue(e.getMessage().contains("Exit timeout expired"), e.getMessage());
      repository.close();
    }
  }
}
