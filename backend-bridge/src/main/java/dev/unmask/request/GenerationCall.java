package dev.unmask.request;

import dev.unmask.bridge.DecodeHandle;
import dev.unmask.bridge.DecodeListener;
import dev.unmask.bridge.Decoder;
import dev.unmask.bridge.Telemetry.Outcome;
import dev.unmask.bridge.text.TextTokenizer;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.FinishReason;
import dev.unmask.scheduler.GenerationRequest;
import dev.unmask.scheduler.SequenceView;
import dev.unmask.scheduler.SubmitOptions;
import dev.unmask.scheduler.UnmaskException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One generation from its arrival to its end. One thread owns it at a time and alone speaks to the
 * observer: the thread that brings it until an executor takes it, the executor's thread that
 * encodes it until the worker's queue takes it, then the decode thread. {@link #cancel}, from any
 * thread, only leaves word for the owner.
 *
 * <p>Telemetry hears of a response and of the end before the observer hears of the end, so that a
 * client who has its answer finds it in the statistics.
 */
final class GenerationCall implements InferenceCall, DecodeListener {
  private static final Logger LOG = LoggerFactory.getLogger(GenerationCall.class);
  private static final long LONGEST_TIMEOUT_NANOS = TimeUnit.DAYS.toNanos(365);

  private final Decoder decoder;
  private final TextTokenizer tokenizer;
  private final GenerationInput input;
  private final GenerationObserver observer;
  private final GenerationTimeline timeline;
  private final Runnable onEnd;
  private final AtomicBoolean ended = new AtomicBoolean();
  private volatile boolean cancelled;
  private volatile DecodeHandle handle;

  /** The same, as the decode thread knows it. */
  private DecodeHandle entered;

  private AnswerReader answer;
  private SnapshotReader snapshots;
  private SequenceView sequence;

  /**
   * @param onEnd called once, after the observer's last call
   */
  GenerationCall(
      Decoder decoder,
      TextTokenizer tokenizer,
      GenerationInput input,
      GenerationObserver observer,
      GenerationTimeline timeline,
      Runnable onEnd) {
    this.decoder = decoder;
    this.tokenizer = tokenizer;
    this.input = input;
    this.observer = observer;
    this.timeline = timeline;
    this.onEnd = onEnd;
  }

  /**
   * Goes on to encode the request, on an executor that runs or rejects it where that takes longer
   * than handing it over.
   */
  void start(Executor executor, RequestEncoder encoder) {
    try {
      encoder.checkLength(input);
      if (encoder.isQuick(input)) {
        encodeAndSubmit(encoder);
      } else {
        executor.execute(() -> encodeAndSubmit(encoder));
      }
    } catch (UnmaskException e) {
      fail(e);
    } catch (RejectedExecutionException e) {
      fail(new UnmaskException(ErrorCode.UNAVAILABLE, "too many requests wait to be tokenized", e));
    } catch (Throwable t) {
      failUnexpected(t);
    }
  }

  private void encodeAndSubmit(RequestEncoder encoder) {
    timeline.onEncoding();
    try {
      refuseCancelledAndExpired();
      GenerationRequest request = encoder.encode(input);
      answer = new AnswerReader(tokenizer, input.stopWords());
      snapshots = new SnapshotReader(tokenizer);
      SubmitOptions options = new SubmitOptions(input.priority(), deadlineNanos());
      refuseCancelledAndExpired();
      timeline.onSubmitted(request.tokenCount());
      DecodeHandle submitted = decoder.submit(request, options, this);
      handle = submitted;
      if (cancelled) {
        submitted.cancel();
      }
    } catch (UnmaskException e) {
      fail(e);
    } catch (Throwable t) {
      failUnexpected(t);
    }
  }

  /** Whatever it was, also an Error: nobody else would end the call. */
  private void failUnexpected(Throwable thrown) {
    LOG.error("request {} was not encoded", input.requestId(), thrown);
    fail(
        new UnmaskException(
            ErrorCode.INTERNAL, "request failed: " + thrown.getClass().getSimpleName(), thrown));
  }

  private void refuseCancelledAndExpired() {
    if (cancelled) {
      throw new UnmaskException(ErrorCode.CANCELLED, "request was cancelled");
    }
    long deadline = deadlineNanos();
    if (deadline != Long.MAX_VALUE && System.nanoTime() - deadline >= 0) {
      throw new UnmaskException(
          ErrorCode.UNAVAILABLE, "Request timeout expired: timeout=" + input.timeoutMicros());
    }
  }

  private long deadlineNanos() {
    if (input.timeoutMicros() < 0) {
      throw UnmaskException.invalid("timeout=" + input.timeoutMicros() + " is negative");
    }
    long timeout = TimeUnit.MICROSECONDS.toNanos(input.timeoutMicros());
    return timeout == 0 || timeout > LONGEST_TIMEOUT_NANOS
        ? Long.MAX_VALUE
        : input.arrivalNanos() + timeout;
  }

  @Override
  public void cancel() {
    cancelled = true;
    DecodeHandle submitted = handle;
    if (submitted != null) {
      submitted.cancel();
    }
  }

  @Override
  public void onEntered(DecodeHandle submitted) {
    entered = submitted;
  }

  @Override
  public void onScheduled(SequenceView view) {
    sequence = view;
    timeline.onScheduled();
    observer.onScheduled(timeline.inputNanos());
  }

  @Override
  public void onCommitted(SequenceView view) {
    timeline.onCommitted();
    if (input.streamBlocks()) {
      long begin = System.nanoTime();
      observer.onSnapshot(snapshots.read(view, timeline.committedMicros()));
      timeline.onResponse(begin, false);
    }
    long begin = System.nanoTime();
    answer.onCommitted(view);
    if (answer.stopped()) {
      // Ends in this step; the end brings what the delta would have.
      entered.finish();
    } else if (input.stream() && answer.hasDelta()) {
      observer.onDelta(answer.takeDelta(view));
      timeline.onResponse(begin, false);
    }
  }

  @Override
  public void onFinished(SequenceView view) {
    sequence = view;
    switch (view.finishReason()) {
      case STOP, LENGTH -> complete(view);
      case CANCELLED -> fail(new UnmaskException(ErrorCode.CANCELLED, "request was cancelled"));
      case ERROR -> fail(view.error());
    }
  }

  private void complete(SequenceView view) {
    long begin = System.nanoTime();
    answer.onFinished(view);
    GenerationDelta rest = answer.takeDelta(view);
    GenerationResult result =
        new GenerationResult(
            answer.stopped() ? FinishReason.STOP : view.finishReason(),
            answer.text(),
            answer.ids(view),
            answer.cumulativeLogprob(view),
            view.promptTokens(),
            view.reusedTokens(),
            view.forwardPasses(),
            view.queryTokens(),
            timeline.timing());
    if (ended.compareAndSet(false, true)) {
      try {
        timeline.onResponse(begin, rest.text().isEmpty() && rest.tokenIds().length == 0);
        timeline.onEnded(Outcome.SUCCESS, answer.tokens(), view.forwardPasses());
        observer.onFinished(rest, result);
      } finally {
        onEnd.run();
      }
    }
  }

  @Override
  public void onAborted(UnmaskException error) {
    fail(error);
  }

  /** Ends the call with an error, if it has not ended. */
  void fail(UnmaskException error) {
    if (!ended.compareAndSet(false, true)) {
      return;
    }
    try {
      timeline.onEnded(
          outcome(error.code()),
          answer == null ? 0 : answer.tokens(),
          sequence == null ? 0 : sequence.forwardPasses());
      observer.onError(error);
    } catch (RuntimeException | Error e) {
      LOG.error(
          "request {}: an observer failed when told of {}", input.requestId(), error.code(), e);
    } finally {
      onEnd.run();
    }
  }

  private Outcome outcome(ErrorCode code) {
    return switch (code) {
      case CANCELLED -> Outcome.CANCELED;
      case UNAVAILABLE -> timeline.isScheduled() ? Outcome.OTHER : Outcome.REJECTED;
      case INTERNAL -> Outcome.BACKEND;
      case INVALID_ARGUMENT, NOT_FOUND, ALREADY_EXISTS, UNSUPPORTED ->
          timeline.isScheduled() ? Outcome.BACKEND : Outcome.OTHER;
    };
  }
}
