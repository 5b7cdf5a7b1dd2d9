package dev.unmask.bridge;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unmask.scheduler.SequenceView;
import dev.unmask.scheduler.UnmaskException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Remembers what a listener was told. Fields are to be read after {@link #await}. */
class RecordingListener implements DecodeListener {
  final AtomicInteger ends = new AtomicInteger();
  final CountDownLatch scheduled = new CountDownLatch(1);
  private final CountDownLatch ended = new CountDownLatch(1);
  volatile SequenceView finished;
  volatile UnmaskException error;
  volatile Thread thread;

  @Override
  public void onScheduled(SequenceView sequence) {
    scheduled.countDown();
  }

  @Override
  public void onCommitted(SequenceView sequence) {}

  @Override
  public void onFinished(SequenceView sequence) {
    finished = sequence;
    end();
  }

  @Override
  public void onAborted(UnmaskException cause) {
    error = cause;
    end();
  }

  private void end() {
    thread = Thread.currentThread();
    ends.incrementAndGet();
    ended.countDown();
  }

  void await() throws InterruptedException {
    assertTrue(ended.await(60, TimeUnit.SECONDS), "not told of an end");
  }
}
