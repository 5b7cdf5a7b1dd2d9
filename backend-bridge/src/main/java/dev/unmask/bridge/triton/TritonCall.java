package dev.unmask.bridge.triton;

import dev.unmask.bridge.triton.TritonRequest.RequestTimes;
import dev.unmask.bridge.triton.TritonRequest.ResponseTimes;
import dev.unmask.request.InferRequest;
import dev.unmask.request.InferResponse;
import dev.unmask.request.InferenceCall;
import dev.unmask.request.ResponseObserver;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One request from the moment an instance gets it until it is given back to Triton, which happens
 * exactly once, whatever goes wrong before. Responses leave on the thread that makes them. {@link
 * #look}, on the decode thread, sees that the client gave the request up.
 *
 * <p>A response that cannot be sent ends the request: its client gets an error instead, if that can
 * be sent, and its generation is cancelled.
 */
final class TritonCall implements ResponseObserver {
  private static final Logger LOG = LoggerFactory.getLogger(TritonCall.class);

  private final TritonRequest request;
  private final AdmissionGate gate;
  private final Consumer<TritonCall> onEnd;
  private final long arrivalNanos;
  private String id = "";
  private boolean placeTaken;
  private boolean scheduled;
  private long execStart;
  private long computeStart;
  private long lastResponse;
  private long outputNanos;
  // Guarded by this.
  private InferenceCall generation;
  private boolean cancelled;
  private boolean ended;

  /**
   * @param request owned from now on
   * @param gate where it waits until its model has room
   * @param onEnd told once, when the request has been given back
   */
  TritonCall(
      TritonRequest request, AdmissionGate gate, Consumer<TritonCall> onEnd, long arrivalNanos) {
    this.request = request;
    this.gate = gate;
    this.onEnd = onEnd;
    this.arrivalNanos = arrivalNanos;
    this.execStart = arrivalNanos;
    this.computeStart = arrivalNanos;
    this.lastResponse = arrivalNanos;
  }

  /**
   * Reads the request, waits for a place and starts it. Returns when the model has taken it, or
   * when it has ended. Never throws.
   *
   * @param model starts generations
   */
  void start(BiFunction<InferRequest, ResponseObserver, InferenceCall> model) {
    try {
      InferRequest read = request.read(arrivalNanos);
      id = read.id();
      if (!gate.enter(() -> isGivenUp(read))) {
        fail(givenUp(read));
        return;
      }
      placeTaken = true;
      begun(model.apply(read, this));
    } catch (Throwable t) {
      if (!(t instanceof UnmaskException)) {
        LOG.error("request {} was not started", id, t);
      }
      fail(TritonErrors.unexpected("request failed", t));
    }
  }

  private boolean isGivenUp(InferRequest read) {
    return request.isCancelled() || isExpired(read);
  }

  private boolean isExpired(InferRequest read) {
    return timeoutMicros(read) > 0
        && TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - arrivalNanos) >= timeoutMicros(read);
  }

  /** The timeout that the protocol gave; one among the inputs is seen by the model. */
  private static long timeoutMicros(InferRequest read) {
    return read.parameters().get("timeout") instanceof Long micros ? micros : 0;
  }

  private UnmaskException givenUp(InferRequest read) {
    return isExpired(read)
        ? new UnmaskException(
            ErrorCode.UNAVAILABLE, "Request timeout expired: timeout=" + timeoutMicros(read))
        : new UnmaskException(ErrorCode.CANCELLED, "request was cancelled");
  }

  /** The model has taken the request, and may have ended it already. */
  private void begun(InferenceCall started) {
    boolean over;
    synchronized (this) {
      generation = started;
      over = ended;
    }
    if (over) {
      started.cancel();
    }
  }

  /** Cancels the generation if the client has given the request up. Any thread; never throws. */
  void look() {
    InferenceCall running;
    synchronized (this) {
      if (ended || cancelled || generation == null || !isCancelled()) {
        return;
      }
      cancelled = true;
      running = generation;
    }
    running.cancel();
  }

  private boolean isCancelled() {
    try {
      return request.isCancelled();
    } catch (UnmaskException e) {
      LOG.warn("request {}: it cannot be told whether it was cancelled: {}", id, e.getMessage());
      return false;
    }
  }

  @Override
  public void onScheduled(long inputNanos) {
    computeStart = System.nanoTime();
    execStart = computeStart - inputNanos;
    lastResponse = computeStart;
    scheduled = true;
    leaveGate();
  }

  private void leaveGate() {
    if (placeTaken) {
      placeTaken = false;
      gate.leave();
    }
  }

  @Override
  public void onResponse(InferResponse response, boolean last) {
    if (last ? !claimEnd() : hasEnded()) {
      return;
    }
    long begin = System.nanoTime();
    if (last) {
      report(begin, null);
    }
    try {
      request.send(response, last);
    } catch (Throwable t) {
      LOG.warn("request {}: a response was not sent", id, t);
      if (last || claimEnd()) {
        answer(TritonErrors.unexpected("response cannot be sent", t));
        giveBack();
        cancelGeneration();
      }
      return;
    }
    if (last) {
      giveBack();
    } else {
      reportResponse(begin, null);
      outputNanos += System.nanoTime() - begin;
    }
  }

  @Override
  public void onCompleted() {
    if (!claimEnd()) {
      return;
    }
    report(System.nanoTime(), null);
    complete();
    giveBack();
  }

  @Override
  public void onError(UnmaskException error) {
    fail(error);
  }

  /** Ends the request with an error, if it has not ended. */
  private void fail(UnmaskException error) {
    if (claimEnd()) {
      report(System.nanoTime(), error);
      answer(error);
      giveBack();
    }
  }

  private void answer(UnmaskException error) {
    try {
      request.fail(error);
    } catch (Throwable t) {
      LOG.error("request {}: its error was not sent: {}", id, error.getMessage(), t);
      // A client who cannot be told what happened at least does not wait for ever.
      complete();
    }
  }

  private void complete() {
    try {
      request.complete();
    } catch (Throwable t) {
      LOG.error("request {}: its end was not sent", id, t);
    }
  }

  /**
   * Tells Triton's statistics of the request and of its last response, before the client hears of
   * the end, so that who has an answer finds it there.
   *
   * @param error null for a good end
   */
  private void report(long outputBegin, UnmaskException error) {
    reportResponse(outputBegin, error);
    long now = System.nanoTime();
    long computeEnd = now - outputNanos - (now - outputBegin);
    RequestTimes times =
        scheduled
            ? new RequestTimes(execStart, computeStart, computeEnd, now)
            : new RequestTimes(now, now, now, now);
    try {
      request.report(error == null, times);
    } catch (Throwable t) {
      LOG.warn("request {}: its statistics were not reported", id, t);
    }
  }

  private void reportResponse(long outputBegin, UnmaskException error) {
    long now = System.nanoTime();
    try {
      request.reportResponse(new ResponseTimes(lastResponse, outputBegin, now), error);
    } catch (Throwable t) {
      LOG.warn("request {}: statistics of a response were not reported", id, t);
    }
    lastResponse = now;
  }

  /** Whether the caller is the one to end the request: true once. */
  private synchronized boolean claimEnd() {
    boolean first = !ended;
    ended = true;
    return first;
  }

  private synchronized boolean hasEnded() {
    return ended;
  }

  /** After {@link #claimEnd}, since when nobody asks whether the request was cancelled. */
  private void giveBack() {
    leaveGate();
    try {
      request.release();
    } catch (Throwable t) {
      LOG.error("request {} was not given back as it should be", id, t);
    }
    onEnd.accept(this);
  }

  private void cancelGeneration() {
    InferenceCall running;
    synchronized (this) {
      running = generation;
    }
    if (running != null) {
      running.cancel();
    }
  }
}
