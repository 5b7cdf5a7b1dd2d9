package dev.unmask.server;

import dev.unmask.model.LoadedModel;
import dev.unmask.model.ModelSource;
import dev.unmask.request.GenerationInput;
import dev.unmask.request.GenerationObserver;
import dev.unmask.request.GenerationResult;
import dev.unmask.request.InferRequest;
import dev.unmask.request.InferResponse;
import dev.unmask.request.InferenceCall;
import dev.unmask.request.ResponseObserver;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** A model in memory whose requests end when the test says so, or are cancelled. */
final class FakeModel implements LoadedModel {
  final ModelSource source;
  final CountDownLatch closed = new CountDownLatch(1);
  final AtomicInteger closes = new AtomicInteger();
  volatile boolean healthy = true;
  volatile Error thrown;
  private final Queue<ResponseObserver> open = new ConcurrentLinkedQueue<>();

  FakeModel(ModelSource source) {
    this.source = source;
  }

  /** Answers the oldest request. */
  void finishOne() {
    open.remove().onResponse(new InferResponse(Map.of(), List.of()), true);
  }

  @Override
  public boolean hasChatTemplate() {
    return false;
  }

  @Override
  public long kvPositions() {
    return 320;
  }

  @Override
  public boolean isHealthy() {
    return healthy;
  }

  @Override
  public InferenceCall infer(
      InferRequest request, ResponseObserver observer, Consumer<GenerationResult> onResult) {
    if (thrown != null) {
      throw thrown;
    }
    open.add(observer);
    return () -> cancel(observer);
  }

  @Override
  public InferenceCall generate(GenerationInput input, GenerationObserver observer) {
    throw new UnsupportedOperationException();
  }

  private void cancel(ResponseObserver observer) {
    if (open.remove(observer)) {
      observer.onError(new UnmaskException(ErrorCode.CANCELLED, "Request was cancelled"));
    }
  }

  @Override
  public void close() {
    List.copyOf(open).forEach(this::cancel);
    closes.incrementAndGet();
    closed.countDown();
  }
}
