package dev.unmask.request;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Threads that read and tokenize requests. */
public final class EncodingThreads {
  private EncodingThreads() {}

  /**
   * An executor with a bounded queue, which rejects what does not fit. Shut it down in an orderly
   * way, so that what it accepted is run.
   *
   * @param name prefix of the threads' names
   * @param threads number of threads
   * @param maxQueue tasks that may wait for a thread
   */
  public static ExecutorService newExecutor(String name, int threads, int maxQueue) {
    AtomicInteger number = new AtomicInteger();
    ThreadPoolExecutor executor =
        new ThreadPoolExecutor(
            threads,
            threads,
            0,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(maxQueue),
            task -> {
              Thread thread = new Thread(task, name + "-" + number.getAndIncrement());
              thread.setDaemon(true);
              // Libraries look for their services there, and a thread that native code made, whose
              // child this may be, has none.
              thread.setContextClassLoader(EncodingThreads.class.getClassLoader());
              return thread;
            },
            new ThreadPoolExecutor.AbortPolicy());
    // So that the first request does not wait for a thread.
    executor.prestartAllCoreThreads();
    return executor;
  }
}
