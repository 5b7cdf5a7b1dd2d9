package dev.unmask.capacity.load;

import dev.unmask.capacity.targets.Answer;
import dev.unmask.capacity.targets.ResponseListener;
import dev.unmask.capacity.targets.Target;
import dev.unmask.capacity.targets.TargetError;
import dev.unmask.capacity.targets.TargetRequest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A target that answers after a time, one request after the other or all at once. */
final class ScriptedTarget implements Target {
  private final ScheduledExecutorService timer;
  private final long nanos;
  private final AtomicInteger outstanding = new AtomicInteger();

  final AtomicInteger most = new AtomicInteger();
  final List<TargetRequest> requests = Collections.synchronizedList(new ArrayList<>());

  /** Every n-th request fails; 0 for none. */
  volatile int failEvery;

  /** Whether failures are told before sending returns. */
  volatile boolean failAtOnce;

  /** Requests that it takes at once; those beyond are refused. */
  volatile int room = Integer.MAX_VALUE;

  /** Whether a request waits for the one before. */
  volatile boolean serial;

  ScriptedTarget(int threads, long nanos) {
    this.timer = Executors.newScheduledThreadPool(threads);
    this.nanos = nanos;
  }

  @Override
  public String description() {
    return "scripted";
  }

  @Override
  public boolean inProcess() {
    return false;
  }

  @Override
  public void send(TargetRequest request, ResponseListener listener) {
    requests.add(request);
    int number = requests.size();
    if ((failEvery > 0 && number % failEvery == 0 && failAtOnce) || outstanding.get() >= room) {
      listener.onError(new TargetError("REFUSED", "no"));
      return;
    }
    most.accumulateAndGet(outstanding.incrementAndGet(), Math::max);
    if (serial) {
      timer.execute(
          () -> {
            pause();
            answer(number, listener);
          });
    } else {
      ScheduledFuture<?> unused =
          timer.schedule(() -> answer(number, listener), nanos, TimeUnit.NANOSECONDS);
    }
  }

  private void pause() {
    try {
      TimeUnit.NANOSECONDS.sleep(nanos);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void answer(int number, ResponseListener listener) {
    outstanding.decrementAndGet();
    if (failEvery > 0 && number % failEvery == 0) {
      listener.onError(new TargetError("UNAVAILABLE", "scripted"));
      return;
    }
    listener.onText("ab");
    listener.onText("cd");
    listener.onEnd(new Answer("abcd", 5, 10, "stop", 2, 20, 0, 0));
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
