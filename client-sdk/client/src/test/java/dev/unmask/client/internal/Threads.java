package dev.unmask.client.internal;

import java.util.List;
import java.util.concurrent.TimeUnit;

/** Threads of clients that are left. */
final class Threads {
  private Threads() {}

  /** Waits until no thread of a client is left. */
  static void assertNoneLeft() throws InterruptedException {
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    List<String> left = left();
    while (!left.isEmpty()) {
      if (System.nanoTime() > until) {
        throw new AssertionError("threads are left: " + left);
      }
      Thread.sleep(5);
      left = left();
    }
  }

  private static List<String> left() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.startsWith("unmask-client"))
        .toList();
  }
}
