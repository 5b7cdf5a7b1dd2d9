package dev.unmask.server;

import dev.unmask.request.GenerationResult;
import dev.unmask.request.InferenceCall;
import dev.unmask.scheduler.UnmaskException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A request from its start to its end: keeps its model in memory, and writes its line of the access
 * log, which holds no text. Any thread.
 */
abstract class TrackedCall implements InferenceCall {
  private static final Logger ACCESS = LoggerFactory.getLogger("dev.unmask.server.Access");
  private static final InferenceCall CANCELLED = () -> {};

  private final ReadyModel model;
  private final String id;
  private final long arrivalNanos;
  private final AtomicBoolean ended = new AtomicBoolean();
  private final AtomicBoolean answered = new AtomicBoolean();
  private final Object lock = new Object();
  private InferenceCall delegate;

  /**
   * @param id its name in logs, possibly empty
   */
  TrackedCall(ReadyModel model, String id, long arrivalNanos) {
    this.model = model;
    this.id = id;
    this.arrivalNanos = arrivalNanos;
  }

  /** Its name in logs, possibly empty. */
  final String id() {
    return id;
  }

  /** Starts it, unless it was cancelled before. */
  final void start(Function<? super TrackedCall, InferenceCall> starter) {
    InferenceCall started = starter.apply(this);
    boolean cancelled;
    synchronized (lock) {
      cancelled = delegate == CANCELLED;
      if (!cancelled) {
        delegate = started;
      }
    }
    if (cancelled) {
      started.cancel();
    }
  }

  @Override
  public final void cancel() {
    InferenceCall running;
    synchronized (lock) {
      running = delegate;
      delegate = CANCELLED;
    }
    if (running != null) {
      running.cancel();
    }
  }

  /** Ends it with an error, which is told to the client. */
  abstract void fail(UnmaskException error);

  /** Whether nothing follows. */
  final boolean hasEnded() {
    return ended.get();
  }

  /** Something is told to the client; the first time counts. */
  final void answered() {
    if (!answered.get() && answered.compareAndSet(false, true)) {
      model.telemetry().onFirstResponse(System.nanoTime() - arrivalNanos);
    }
  }

  /** How much a generation took, as fields of the log. */
  static String fields(GenerationResult result) {
    return " prompt_tokens="
        + result.promptTokens()
        + " tokens="
        + result.tokenIds().length
        + " passes="
        + result.forwardPasses();
  }

  /**
   * Nothing follows.
   *
   * @param outcome how it ended, one word
   * @param detail further fields for the log
   */
  final void ended(String outcome, String detail) {
    if (!ended.compareAndSet(false, true)) {
      return;
    }
    model.calls().remove(this);
    if (ACCESS.isDebugEnabled()) {
      ACCESS.debug(
          "request id={} model={} version={} outcome={}{} ms={}",
          id.isEmpty() ? "-" : id,
          model.name(),
          model.version(),
          outcome,
          detail,
          (System.nanoTime() - arrivalNanos) / 1_000_000);
    }
  }
}
