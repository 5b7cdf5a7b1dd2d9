package dev.unmask.bridge;

import dev.unmask.bridge.engine.EngineSession;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.GenerationRequest;
import dev.unmask.scheduler.SubmitOptions;
import dev.unmask.scheduler.UnmaskException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The decode thread of a model: owns its {@link DecodeLoop} and its engine session, takes in
 * requests from any thread, and tells their listeners what becomes of them. Between two steps it
 * takes in all that has been asked of it; without sequences it waits.
 *
 * <p>What fails is what was hit: a listener that throws ends its own sequence, an engine failure
 * the sequences of its step. Any other failure, such as a scheduler that contradicts itself or an
 * engine that has lost its device, makes the worker unhealthy: everything in progress fails with
 * INTERNAL, submissions are refused, and the engine is closed.
 *
 * <p>Methods may be called from any thread unless they say otherwise.
 */
final class DecodeWorker implements Decoder {
  private static final Logger LOG = LoggerFactory.getLogger(DecodeWorker.class);
  private static final String SHUTTING_DOWN = "is shutting down and takes no new requests";

  private final String model;
  private final EngineSession engine;
  private final DecodeLoop loop;
  private final CommandQueue queue;
  private final Thread thread;
  private final Runnable beforeStep;
  private final Telemetry telemetry;

  /** Taken in and not ended, in the order of arrival. Decode thread. */
  private final Set<Submission> inProgress = new LinkedHashSet<>();

  /** Taken from the queue, to be dealt with before the next step. Decode thread. */
  private final List<Submission> submitted = new ArrayList<>();

  private final List<Submission> cancelled = new ArrayList<>();
  private volatile boolean healthy = true;

  /**
   * @param index among the model's workers, for the thread's name
   * @param engine owned once the worker has begun
   * @param loop over the engine
   * @param waiting for requests until their first step
   * @param telemetry that the loop reports to
   * @param beforeStep as of {@link DecodePool#start}
   */
  DecodeWorker(
      String model,
      int index,
      EngineSession engine,
      DecodeLoop loop,
      WaitingRoom waiting,
      Telemetry telemetry,
      Runnable beforeStep) {
    this.telemetry = telemetry;
    this.model = model;
    this.engine = engine;
    this.loop = loop;
    this.beforeStep = beforeStep;
    this.queue = new CommandQueue(model, waiting);
    this.thread = new Thread(this::run, "decode-" + model + (index == 0 ? "" : "-" + index));
    thread.setDaemon(true);
    // As for the threads that encode: who starts it may have none.
    thread.setContextClassLoader(DecodeWorker.class.getClassLoader());
  }

  /** Tells of the levels to begin with, and starts the thread. */
  void begin() {
    telemetry.onLevels(loop.levels());
    thread.start();
  }

  @Override
  public DecodeHandle submit(
      GenerationRequest request, SubmitOptions options, DecodeListener listener) {
    Submission submission = new Submission(this, queue, request, options, listener);
    queue.submit(submission);
    return submission;
  }

  /** Ends a sequence whose answer is complete; decode thread only. */
  boolean finish(long id) {
    return loop.finish(id);
  }

  /** Ends a sequence; decode thread only. */
  boolean cancel(long id) {
    return loop.cancel(id);
  }

  /** Requests that have not ended. */
  public int size() {
    return queue.live();
  }

  @Override
  public boolean isHealthy() {
    return healthy && !loop.isLost();
  }

  /**
   * Takes no new requests from now on and waits for those in progress.
   *
   * @return whether all ended within the time
   */
  public boolean drain(Duration timeout) throws InterruptedException {
    checkOtherThread("drain");
    queue.refuse(SHUTTING_DOWN);
    return queue.awaitEnd(timeout.toNanos());
  }

  /** Takes no new requests, cancels what is in progress and ends; does not wait for that. */
  void beginClose() {
    queue.close(SHUTTING_DOWN);
  }

  @Override
  public void close() {
    checkOtherThread("close");
    beginClose();
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Refuses a call on the decode thread that would wait for it. */
  void checkOtherThread(String call) {
    if (Thread.currentThread() == thread) {
      throw new IllegalStateException(call + " on the decode thread would wait for itself");
    }
  }

  /** Called when a request has ended. Decode thread. */
  void forget(Submission submission) {
    inProgress.remove(submission);
  }

  private void run() {
    try {
      serve();
      List.copyOf(inProgress).forEach(submission -> submission.leave(loop));
    } catch (Throwable t) {
      healthy = false;
      LOG.error("decode thread of model '{}' failed", model, t);
      abandon(
          "is unhealthy: its decode thread failed",
          new UnmaskException(
              ErrorCode.INTERNAL, "decode thread of model '" + model + "' failed: " + t, t));
      tellOfTheEnd();
    } finally {
      closeEngine();
    }
  }

  private void tellOfTheEnd() {
    try {
      telemetry.onLevels(loop.levels().ended());
    } catch (RuntimeException e) {
      LOG.warn("the levels of model '{}' stay as they were: {}", model, e.getMessage());
    }
  }

  /** Takes commands and does steps until the order to close. */
  private void serve() {
    boolean idle = true;
    while (queue.take(submitted, cancelled, idle)) {
      inProgress.addAll(submitted);
      submitted.forEach(submission -> submission.enter(loop));
      submitted.clear();
      cancelled.forEach(submission -> submission.leave(loop));
      cancelled.clear();
      idle = !work();
      if (!idle) {
        beforeStep.run();
      }
    }
    submitted.forEach(submission -> submission.abort(queue.unavailable()));
  }

  /** Does a step; returns false where no sequence is left. */
  private boolean work() {
    if (loop.step()) {
      return true;
    }
    // A plan may have ended sequences and so computed nothing: only the next one is conclusive.
    if (loop.size() > 0 && !loop.step() && loop.size() > 0) {
      throw new IllegalStateException("nothing planned for " + loop.size() + " sequences");
    }
    return loop.size() > 0;
  }

  /** Ends everything in progress without the help of the loop. */
  private void abandon(String reason, UnmaskException error) {
    queue.close(reason);
    List.copyOf(inProgress).forEach(submission -> submission.abort(error));
    queue.take(submitted, cancelled, false);
    submitted.forEach(submission -> submission.abort(queue.unavailable()));
  }

  private void closeEngine() {
    try {
      engine.close();
    } catch (Throwable t) {
      LOG.error("engine of model '{}' failed to close", model, t);
    }
  }
}
