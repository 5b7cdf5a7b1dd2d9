package dev.unmask.bridge;

import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.GenerationRequest;
import dev.unmask.scheduler.SequenceListener;
import dev.unmask.scheduler.SequenceView;
import dev.unmask.scheduler.SubmitOptions;
import dev.unmask.scheduler.UnmaskException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A request on its way through a {@link DecodeWorker}. Stands between scheduler and listener, so
 * that nothing a listener throws reaches the scheduler, and sees to it that the listener is told of
 * one end. Confined to the decode thread, but for {@link #cancel}.
 */
final class Submission implements SequenceListener, DecodeHandle {
  private static final Logger LOG = LoggerFactory.getLogger(Submission.class);

  private final DecodeWorker worker;
  private final CommandQueue queue;
  private final GenerationRequest request;
  private final SubmitOptions options;
  private final DecodeListener listener;
  private final AtomicBoolean cancelRequested = new AtomicBoolean();
  private long id;
  private boolean waits = true;
  private boolean ended;
  private UnmaskException failure;

  Submission(
      DecodeWorker worker,
      CommandQueue queue,
      GenerationRequest request,
      SubmitOptions options,
      DecodeListener listener) {
    this.worker = worker;
    this.queue = queue;
    this.request = request;
    this.options = options;
    this.listener = listener;
  }

  @Override
  public void cancel() {
    if (cancelRequested.compareAndSet(false, true)) {
      queue.cancel(this);
    }
  }

  @Override
  public boolean finish() {
    return worker.finish(id);
  }

  /** Hands the request to the scheduler, or ends it where that is not to be. */
  void enter(DecodeLoop loop) {
    if (cancelRequested.get()) {
      abort(new UnmaskException(ErrorCode.CANCELLED, "request was cancelled"));
      return;
    }
    try {
      listener.onEntered(this);
    } catch (Throwable t) {
      LOG.error("listener of a request with {} tokens failed", request.tokenCount(), t);
      abort(internal(t));
      return;
    }
    try {
      id = loop.submit(request, options, this);
    } catch (UnmaskException e) {
      abort(e);
    } catch (RuntimeException | OutOfMemoryError | StackOverflowError e) {
      LOG.error("request with {} tokens was not taken in", request.tokenCount(), e);
      abort(internal(e));
    }
  }

  /** Takes the request back, if it has not ended. */
  void leave(DecodeLoop loop) {
    if (!ended) {
      loop.cancel(id);
    }
  }

  @Override
  public void onScheduled(SequenceView sequence) {
    leaveQueue();
    tell(sequence, listener::onScheduled);
  }

  /**
   * Gives its place among those that wait to others, before the listener is told: who brings the
   * next request when this one is over must find room.
   */
  private void leaveQueue() {
    if (waits) {
      waits = false;
      queue.onWaited();
    }
  }

  @Override
  public void onCommitted(SequenceView sequence) {
    tell(sequence, listener::onCommitted);
  }

  private void tell(SequenceView sequence, Consumer<SequenceView> call) {
    if (failure != null) {
      return;
    }
    try {
      call.accept(sequence);
    } catch (Throwable t) {
      fail(t);
      worker.cancel(sequence.id());
    }
  }

  @Override
  public void onFinished(SequenceView sequence) {
    leaveQueue();
    if (failure == null) {
      try {
        listener.onFinished(sequence);
      } catch (Throwable t) {
        fail(t);
      }
    }
    if (failure == null) {
      end();
    } else {
      abort(failure);
    }
  }

  private void fail(Throwable thrown) {
    LOG.error("listener of Sequence<{}> failed", id, thrown);
    failure = internal(thrown);
  }

  /** Ends the request without the scheduler, if it has not ended. */
  void abort(UnmaskException error) {
    if (ended) {
      return;
    }
    leaveQueue();
    try {
      listener.onAborted(error);
    } catch (Throwable t) {
      LOG.error("listener of Sequence<{}> failed at its end", id, t);
    } finally {
      end();
    }
  }

  private void end() {
    ended = true;
    worker.forget(this);
    queue.onEnded();
  }

  private static UnmaskException internal(Throwable thrown) {
    return new UnmaskException(
        ErrorCode.INTERNAL, "request failed: " + thrown.getClass().getSimpleName(), thrown);
  }
}
