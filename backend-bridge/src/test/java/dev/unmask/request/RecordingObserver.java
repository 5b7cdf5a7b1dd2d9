package dev.unmask.request;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unmask.scheduler.UnmaskException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Keeps what it is told. To be read after {@link #await}. */
class RecordingObserver implements GenerationObserver {
  final List<GenerationDelta> deltas = new ArrayList<>();
  final List<BlockSnapshot> snapshots = new ArrayList<>();
  final AtomicInteger ends = new AtomicInteger();
  private final CountDownLatch ended = new CountDownLatch(1);
  volatile GenerationResult result;
  volatile UnmaskException error;

  @Override
  public void onDelta(GenerationDelta delta) {
    assertEquals(0, ends.get());
    deltas.add(delta);
  }

  @Override
  public void onSnapshot(BlockSnapshot snapshot) {
    assertEquals(0, ends.get());
    snapshots.add(snapshot);
  }

  @Override
  public void onFinished(GenerationDelta rest, GenerationResult answer) {
    deltas.add(rest);
    result = answer;
    ends.incrementAndGet();
    ended.countDown();
  }

  @Override
  public void onError(UnmaskException cause) {
    error = cause;
    ends.incrementAndGet();
    ended.countDown();
  }

  RecordingObserver await() throws InterruptedException {
    assertTrue(ended.await(60, TimeUnit.SECONDS), "not told of an end");
    assertEquals(1, ends.get());
    return this;
  }

  String text() {
    StringBuilder text = new StringBuilder();
    deltas.forEach(delta -> text.append(delta.text()));
    return text.toString();
  }

  int[] ids() {
    return deltas.stream().flatMapToInt(delta -> Arrays.stream(delta.tokenIds())).toArray();
  }

  List<TokenLogprob> logprobs() {
    return deltas.stream().flatMap(delta -> delta.logprobs().stream()).toList();
  }
}
