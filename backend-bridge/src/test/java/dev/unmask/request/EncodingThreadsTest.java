package dev.unmask.request;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class EncodingThreadsTest {
  /**
   * A regression: threads that native code attaches have no context class loader, and chat
   * templates could not be rendered on those they made.
   */
  @Test
  void newExecutor_madeByAThreadWithoutContextClassLoader_threadsHaveOne() throws Exception {
    Thread current = Thread.currentThread();
    ClassLoader before = current.getContextClassLoader();
    ExecutorService executor;
    ClassLoader seen;
    current.setContextClassLoader(null);
    try {
      executor = EncodingThreads.newExecutor("t", 1, 1);
      seen =
          executor
              .submit(() -> Thread.currentThread().getContextClassLoader())
              .get(30, TimeUnit.SECONDS);
    } finally {
      current.setContextClassLoader(before);
    }
    executor.shutdown();
    assertEquals(EncodingThreads.class.getClassLoader(), seen);
  }

  @Test
  void newExecutor_queueFull_rejects() throws Exception {
    ExecutorService executor = EncodingThreads.newExecutor("t", 1, 1);
    CountDownLatch busy = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    executor.execute(
        () -> {
          busy.countDown();
          await(go);
        });
    busy.await();
    executor.execute(() -> {});
    assertThrows(RejectedExecutionException.class, () -> executor.execute(() -> {}));
    go.countDown();
    executor.shutdown();
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
