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
  private boolean reported;
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
        Failures.log(() -> LOG.error("request {} was not started", id, t));
      }
      fail(Failures.unexpected("request failed", t));
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
    try {
      InferenceCall running;
      synchronized (this) {
        if (ended || cancelled || generation == null || !request.isCancelled()) {
          return;
        }
        cancelled = true;
        running = generation;
      }
      running.cancel();
    } catch (Throwable t) {
      // It goes on; the next look may tell.
      Failures.log(() -> LOG.warn("request {}: its cancellation was not dealt with", id, t));
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
    if (last) {
      finish(response);
    } else if (!hasEnded()) {
      sendPart(response);
    }
  }

  private void sendPart(InferResponse response) {
    long begin = System.nanoTime();
    try {
      request.send(response, false);
    } catch (Throwable t) {
      if (claimEnd()) {
        try {
          sayUnsent(t);
        } finally {
          giveBack();
        }
      }
      cancelGeneration();
      return;
    }
    reportResponse(begin, null);
    outputNanos += System.nanoTime() - begin;
  }

  @Override
  public void onCompleted() {
    finish(null);
  }

  /**
   * A good end.
   *
   * @param response the last response; null where there is none
   */
  private void finish(InferResponse response) {
    if (!claimEnd()) {
      return;
    }
    try {
      report(System.nanoTime(), null);
      if (response == null) {
        request.complete();
      } else {
        request.send(response, true);
      }
    } catch (Throwable t) {
      sayUnsent(t);
    } finally {
      giveBack();
    }
  }

  @Override
  public void onError(UnmaskException error) {
    fail(error);
  }

  /** Ends the request with an error, if it has not ended. */
  private void fail(UnmaskException error) {
    if (!claimEnd()) {
      return;
    }
    try {
      report(System.nanoTime(), error);
      answer(error);
    } finally {
      giveBack();
    }
  }

  private void sayUnsent(Throwable thrown) {
    UnmaskException error = Failures.unexpected("response cannot be sent", thrown);
    Failures.log(() -> LOG.warn("request {}: a response was not sent", id, thrown));
    report(System.nanoTime(), error);
    answer(error);
  }

  private void answer(UnmaskException error) {
    try {
      request.fail(error);
    } catch (Throwable t) {
      completeAfter(t);
    }
  }

  /** A client who cannot be told what happened at least does not wait for ever. */
  private void completeAfter(Throwable unsent) {
    try {
      request.complete();
    } catch (Throwable t) {
      Failures.log(() -> LOG.error("request {}: its end was not sent either", id, t));
    }
    Failures.log(() -> LOG.error("request {}: its error was not sent", id, unsent));
  }

  /**
   * Tells Triton's statistics of the request and of its last response, before the client hears of
   * the end, so that who has an answer finds it there. Never throws, as they are not worth it.
   *
   * @param error null for a good end
   */
  private void report(long outputBegin, UnmaskException error) {
    reportResponse(outputBegin, error);
    if (reported) {
      return;
    }
    reported = true;
    try {
      long now = System.nanoTime();
      RequestTimes times =
          scheduled
              ? new RequestTimes(execStart, computeStart, outputBegin - outputNanos, now)
              : new RequestTimes(now, now, now, now);
      request.report(error == null, times);
    } catch (Throwable t) {
      Failures.log(() -> LOG.warn("request {}: its statistics were not reported", id, t));
    }
  }

  private void reportResponse(long outputBegin, UnmaskException error) {
    try {
      long now = System.nanoTime();
      request.reportResponse(new ResponseTimes(lastResponse, outputBegin, now), error);
      lastResponse = now;
    } catch (Throwable t) {
      Failures.log(() -> LOG.warn("request {}: statistics of a response are missing", id, t));
    }
  }

  /**
   * Whether the caller is the one to end the request: true once, and then it must give the request
   * back, whatever telling the client comes to. From here on nobody asks any more whether the
   * request was cancelled.
   */
  private synchronized boolean claimEnd() {
    boolean first = !ended;
    ended = true;
    return first;
  }

  private synchronized boolean hasEnded() {
    return ended;
  }

  private void giveBack() {
    leaveGate();
    try {
      request.release();
    } catch (Throwable t) {
      Failures.log(() -> LOG.error("request {} was not given back as it should be", id, t));
    } finally {
      onEnd.accept(this);
    }
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
