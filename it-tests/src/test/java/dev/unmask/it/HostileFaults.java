package dev.unmask.it;

/**
 * Makes the virtual machine fault: null checks in compiled code, an exhausted stack, safepoints in
 * running loops. Throws where it does not go on as Java says. Each copy of the class is compiled on
 * its own, see {@link HostileEngineProvider#fresh}.
 */
final class HostileFaults implements Runnable {
  private static final int CALLS = 300_000;
  private static final int COLLECTIONS = 5;

  private static volatile boolean spinning;

  @Override
  public void run() {
    dereferenceNulls();
    exhaustStack();
    collectWhileOthersRun();
  }

  /** Compiled when it has seen no null, its null check is that the fault is caught. */
  private static int read(int[] values) {
    return values.length;
  }

  private static void dereferenceNulls() {
    int[] values = new int[1];
    int sum = 0;
    for (int i = 0; i < CALLS; i++) {
      sum += read(values);
    }
    int caught = 0;
    for (int i = 0; i < CALLS; i++) {
      try {
        sum += read(i % 3 == 0 ? null : values);
      } catch (NullPointerException e) {
        caught++;
      }
    }
    expect("null pointers", CALLS / 3, caught);
    expect("reads", 2 * CALLS - CALLS / 3, sum);
  }

  static void expect(String what, int expected, int actual) {
    if (expected != actual) {
      throw new IllegalStateException(what + ": " + actual + " instead of " + expected);
    }
  }

  private static long descend(long depth) {
    return depth == Long.MAX_VALUE ? depth : descend(depth + 1) - 1;
  }

  private static void exhaustStack() {
    int exhausted = 0;
    try {
      expect("depth", 0, (int) descend(0));
    } catch (StackOverflowError e) {
      exhausted++;
    }
    expect("exhausted stacks", 1, exhausted);
  }

  /** A collection stops running loops through a page that cannot be read. */
  private static void collectWhileOthersRun() {
    spinning = true;
    Thread spinner = new Thread(HostileFaults::spin, "spinner");
    spinner.start();
    for (int i = 0; i < COLLECTIONS; i++) {
      System.gc();
    }
    spinning = false;
    join(spinner);
  }

  private static void spin() {
    while (spinning) {
      Thread.onSpinWait();
    }
  }

  static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }
}
