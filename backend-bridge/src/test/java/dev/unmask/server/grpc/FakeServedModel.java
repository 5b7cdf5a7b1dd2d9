package dev.unmask.server.grpc;

import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unmask.protocol.ModelConfig;
import dev.unmask.protocol.ModelMetadataResponse;
import dev.unmask.repository.ModelManifest;
import dev.unmask.request.GenerationInput;
import dev.unmask.request.GenerationObserver;
import dev.unmask.request.InferRequest;
import dev.unmask.request.InferResponse;
import dev.unmask.request.InferenceCall;
import dev.unmask.request.ResponseObserver;
import dev.unmask.request.Tensor;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import dev.unmask.server.ServedModel;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A model whose requests the test answers itself, in the place of a decode thread. */
final class FakeServedModel implements ServedModel {
  static final long TIMEOUT_SECONDS = 30;

  private final String name;
  private final boolean decoupled;
  private final BlockingQueue<Call> calls = new LinkedBlockingQueue<>();
  private volatile Consumer<Call> script = call -> {};

  FakeServedModel(String name, boolean decoupled) {
    this.name = name;
    this.decoupled = decoupled;
  }

  /** What is done with a request before the call returns. */
  void script(Consumer<Call> answer) {
    script = answer;
  }

  /** The next request; waits for it. */
  Call next() throws InterruptedException {
    Call call = calls.poll(TIMEOUT_SECONDS, TimeUnit.SECONDS);
    assertNotNull(call, "no request reached model " + name);
    return call;
  }

  boolean hasRequest() {
    return !calls.isEmpty();
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String version() {
    return "3";
  }

  @Override
  public ModelMetadataResponse metadata() {
    return ModelMetadataResponse.newBuilder().setName(name).addVersions("3").build();
  }

  @Override
  public ModelConfig config() {
    return ModelConfig.newBuilder().setName(name).setBackend("unmask").build();
  }

  @Override
  public ModelManifest manifest() {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean hasChatTemplate() {
    return false;
  }

  @Override
  public boolean isDecoupled() {
    return decoupled;
  }

  @Override
  public InferenceCall infer(InferRequest request, ResponseObserver observer) {
    Call call = new Call(request, observer);
    script.accept(call);
    calls.add(call);
    return call;
  }

  @Override
  public InferenceCall generate(GenerationInput input, GenerationObserver observer) {
    throw new UnsupportedOperationException();
  }

  /** A request in progress. */
  static final class Call implements InferenceCall {
    private final InferRequest request;
    private final ResponseObserver observer;
    private final CountDownLatch cancelled = new CountDownLatch(1);

    Call(InferRequest request, ResponseObserver observer) {
      this.request = request;
      this.observer = observer;
    }

    InferRequest request() {
      return request;
    }

    /** Responds with one text. */
    void respond(String text, boolean last) {
      observer.onResponse(
          new InferResponse(Map.of(), List.of(Tensor.ofStrings("text_output", text))), last);
    }

    void complete() {
      observer.onCompleted();
    }

    void fail(ErrorCode code, String message) {
      observer.onError(new UnmaskException(code, message));
    }

    ResponseObserver observer() {
      return observer;
    }

    @Override
    public void cancel() {
      cancelled.countDown();
    }

    boolean isCancelled() {
      return cancelled.getCount() == 0;
    }

    void awaitCancelled() throws InterruptedException {
      assertTrue(cancelled.await(TIMEOUT_SECONDS, TimeUnit.SECONDS), "not cancelled");
    }
  }
}
