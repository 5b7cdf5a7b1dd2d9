package dev.unmask.client.internal;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * Where callers are told. An executor that takes nothing more is passed over, so that nobody waits
 * for what was not told.
 *
 * @param executor the caller's
 */
record Callbacks(Executor executor) {
  /** On the thread that has something to tell. */
  static final Callbacks DIRECT = new Callbacks(Runnable::run);

  void run(Runnable action) {
    try {
      executor.execute(action);
    } catch (RejectedExecutionException e) {
      ClientCore.LOG.log(System.Logger.Level.WARNING, "callbackExecutor takes nothing more", e);
      action.run();
    }
  }
}
