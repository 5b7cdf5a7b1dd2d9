package dev.unmask.bridge.engine.ort;

import ai.onnxruntime.OrtException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The threads among which a session divides a step: the caller's and, for each further lane, a
 * helper. Helpers are daemons, sleep between steps and end with the session. The caller begins with
 * lane 0 and then does itself what no helper has begun, so that a busy machine costs little; which
 * thread does a lane changes nothing. One step at a time.
 */
final class Lanes implements AutoCloseable {
  private final ThreadPoolExecutor helpers;
  private final List<FutureTask<Void>> pending = new ArrayList<>();

  /** What one lane of a step does. */
  @FunctionalInterface
  interface Work {
    /**
     * @param lane counted from 0
     * @throws OrtException where ONNX Runtime fails
     */
    void run(int lane) throws OrtException;
  }

  /**
   * @param count lanes, at least 1; threads are started when they are first needed
   * @param name of the threads
   */
  Lanes(int count, String name) {
    if (count == 1) {
      helpers = null;
      return;
    }
    helpers =
        new ThreadPoolExecutor(
            count - 1,
            count - 1,
            0,
            TimeUnit.NANOSECONDS,
            new LinkedBlockingQueue<>(),
            work -> {
              Thread thread = new Thread(work, name);
              thread.setDaemon(true);
              return thread;
            });
  }

  /**
   * Runs the first lanes at the same time and returns when all have ended, however they did.
   *
   * @param used lanes to run, at least 1 and no more than there are
   * @throws OrtException the first failure by lane, with the others suppressed
   */
  void run(int used, Work work) throws OrtException {
    for (int lane = 1; lane < used; lane++) {
      FutureTask<Void> task = task(work, lane);
      pending.add(task);
      helpers.execute(task);
    }
    Throwable failure = null;
    try {
      work.run(0);
    } catch (OrtException | RuntimeException | Error e) {
      failure = e;
    }
    for (FutureTask<Void> task : pending) {
      if (helpers.remove(task)) {
        task.run();
      }
      failure = join(task, failure);
    }
    pending.clear();
    rethrow(failure);
  }

  private static FutureTask<Void> task(Work work, int lane) {
    return new FutureTask<>(
        () -> {
          work.run(lane);
          return null;
        });
  }

  /** Waits for a lane, an interrupt notwithstanding: its buffers are in use until it is done. */
  private static Throwable join(FutureTask<Void> task, Throwable earlier) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          task.get();
          return earlier;
        } catch (InterruptedException e) {
          interrupted = true;
        } catch (ExecutionException e) {
          if (earlier == null) {
            return e.getCause();
          }
          earlier.addSuppressed(e.getCause());
          return earlier;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static void rethrow(Throwable failure) throws OrtException {
    if (failure instanceof OrtException e) {
      throw e;
    }
    if (failure instanceof RuntimeException e) {
      throw e;
    }
    if (failure instanceof Error e) {
      throw e;
    }
  }

  /** Ends the helpers. Idempotent. */
  @Override
  public void close() {
    if (helpers != null) {
      helpers.shutdown();
    }
  }
}
