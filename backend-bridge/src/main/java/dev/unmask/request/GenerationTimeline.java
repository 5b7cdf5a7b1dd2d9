package dev.unmask.request;

import dev.unmask.bridge.Telemetry;
import java.util.concurrent.TimeUnit;

/**
 * When what happened to one generation, and its reports to {@link Telemetry}. Whoever owns the
 * generation at the moment calls it: the thread that brought it, then one that encodes, then the
 * decode thread.
 */
final class GenerationTimeline {
  private final Telemetry telemetry;
  private final ClockAnchor anchor = ClockAnchor.now();
  private final long arrival;
  private final long received;
  private long encoding;
  private long submitted;
  private long scheduled;
  private long firstCommit;
  private long lastCommit;
  private long lastResponse;
  private boolean isScheduled;
  private boolean hasCommitted;
  private int promptTokens;
  private int responses;
  private long outputNanos;

  /**
   * Reports that the generation was received.
   *
   * @param arrivalNanos {@link System#nanoTime} of its arrival at the edge
   */
  GenerationTimeline(Telemetry telemetry, long arrivalNanos) {
    this.telemetry = telemetry;
    arrival = arrivalNanos;
    received = System.nanoTime();
    encoding = received;
    submitted = received;
    telemetry.onReceived();
  }

  /** Encoding begins. */
  void onEncoding() {
    encoding = System.nanoTime();
    submitted = encoding;
  }

  /** Encoding is done, and the request about to be handed to the decode thread's queue. */
  void onSubmitted(int tokens) {
    submitted = System.nanoTime();
    promptTokens = tokens;
  }

  /** The first step is about to run. */
  void onScheduled() {
    scheduled = System.nanoTime();
    lastResponse = scheduled;
    isScheduled = true;
    telemetry.onScheduled(scheduled - submitted);
  }

  /** Tokens became final. */
  void onCommitted() {
    long now = System.nanoTime();
    if (hasCommitted) {
      telemetry.onBlock(now - lastCommit);
    } else {
      hasCommitted = true;
      firstCommit = now;
      telemetry.onFirstBlock(now - arrival);
    }
    lastCommit = now;
  }

  /**
   * A response was made and handed over.
   *
   * @param begin {@link System#nanoTime} before it was made
   * @param empty whether it had no content but its end
   */
  void onResponse(long begin, boolean empty) {
    long now = System.nanoTime();
    outputNanos += now - begin;
    telemetry.onResponse(responses, now - lastResponse, now - begin, empty);
    responses++;
    lastResponse = now;
  }

  /** The generation ended. */
  void onEnded(Telemetry.Outcome outcome, int generatedTokens, int forwardPasses) {
    long now = System.nanoTime();
    long waited = encoding - received + (scheduled - submitted);
    telemetry.onEnded(
        new Telemetry.RequestReport(
            outcome,
            responses,
            now - arrival,
            inputNanos(),
            isScheduled ? waited : 0,
            isScheduled ? now - scheduled - outputNanos : 0,
            outputNanos,
            promptTokens,
            generatedTokens,
            forwardPasses));
  }

  /** Time spent reading and encoding the request. */
  long inputNanos() {
    return received - arrival + (submitted - encoding);
  }

  /** Microseconds from the first step to the newest commit. */
  long committedMicros() {
    return TimeUnit.NANOSECONDS.toMicros(lastCommit - scheduled);
  }

  boolean isScheduled() {
    return isScheduled;
  }

  /** The times of a generation that committed tokens. */
  GenerationResult.Timing timing() {
    return new GenerationResult.Timing(
        anchor.toEpochNanos(arrival),
        anchor.toEpochNanos(scheduled),
        anchor.toEpochNanos(firstCommit),
        anchor.toEpochNanos(lastCommit));
  }
}
