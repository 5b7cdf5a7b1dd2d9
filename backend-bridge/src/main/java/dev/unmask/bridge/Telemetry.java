package dev.unmask.bridge;

/**
 * Told what happens to the requests and in the steps of one model, for statistics and metrics. Each
 * method says on which thread, where "decode thread" is that of the request: a model on several
 * devices has several. All are cheap and never throw.
 */
public interface Telemetry {
  /** A request arrived; exactly one {@link #onEnded} follows. Any thread. */
  default void onReceived() {}

  /**
   * A request takes part in its first step. Decode thread.
   *
   * @param queueNanos since it was handed to the decode thread's queue
   */
  default void onScheduled(long queueNanos) {}

  /**
   * A request's first tokens became final. Decode thread.
   *
   * @param nanos since its arrival
   */
  default void onFirstBlock(long nanos) {}

  /**
   * Further tokens of a request became final. Decode thread.
   *
   * @param nanos since those before
   */
  default void onBlock(long nanos) {}

  /**
   * A response was handed over: a delta, a snapshot, or the end with what is left. Decode thread.
   *
   * @param index of the response within its request, from 0
   * @param inferNanos since the response before, or since the first step
   * @param outputNanos of that, making and handing over the response
   * @param empty whether it had no content but its end
   */
  default void onResponse(int index, long inferNanos, long outputNanos, boolean empty) {}

  /** A request ended; comes before the client is told. Any thread. */
  default void onEnded(RequestReport report) {}

  /** A step is done. Decode thread; of several decode threads of a model one at a time. */
  default void onStep(StepReport report) {}

  /**
   * Levels are others without a step: decoding begins, or a decode thread has failed. The thread
   * that starts decoding, or a decode thread; one at a time, also with {@link #onStep}.
   */
  default void onLevels(Levels levels) {}

  /** How a request ended. */
  enum Outcome {
    /** The client got its answer. */
    SUCCESS,
    /** Not taken in: overload, shutdown, or expired before its first step. */
    REJECTED,
    /** The client gave up. */
    CANCELED,
    /** The engine failed, or this server did. */
    BACKEND,
    /** Anything else: bad input first of all, or time that ran out while it was decoded. */
    OTHER
  }

  /**
   * A request from its arrival to its end.
   *
   * @param outcome how it ended
   * @param responses responses sent
   * @param totalNanos from arrival to end
   * @param inputNanos reading and tokenizing
   * @param queueNanos waiting to be tokenized and for the first step; 0 where there was no step
   * @param inferNanos from the first step to the end, without output
   * @param outputNanos making and handing over responses
   * @param promptTokens tokens of the prompt
   * @param generatedTokens tokens of the answer
   * @param forwardPasses passes it took part in
   */
  record RequestReport(
      Outcome outcome,
      int responses,
      long totalNanos,
      long inputNanos,
      long queueNanos,
      long inferNanos,
      long outputNanos,
      int promptTokens,
      int generatedTokens,
      int forwardPasses) {}

  /**
   * One step of the decode loop.
   *
   * @param rows sequences in it; 0 where the engine only had to look after its cache
   * @param queryTokens query positions computed
   * @param prefillTokens of these, positions of rows that fill the cache for the first time
   * @param committedTokens tokens that became final
   * @param failed whether the engine failed
   * @param planNanos time spent planning
   * @param engineNanos time spent in the engine
   * @param applyNanos time spent applying, listeners included
   * @param levels as they are after it
   */
  record StepReport(
      int rows,
      int queryTokens,
      int prefillTokens,
      int committedTokens,
      boolean failed,
      long planNanos,
      long engineNanos,
      long applyNanos,
      Levels levels) {}

  /**
   * What a model's decode loops hold, and what they have counted since their start.
   *
   * @param waiting sequences that wait for memory
   * @param running sequences that hold memory
   * @param kvBlocksTotal KV blocks in all
   * @param kvBlocksUsed KV blocks held by sequences and kept entries
   * @param kvBlocksKept of these, held by kept entries
   * @param preemptions since the start
   * @param reuseHits requests since the start that found keys and values to reuse
   * @param reusedTokens positions since the start that were reused and not computed
   * @param lookAheadDeclined times since the start that cost-aware look-ahead left a block closed
   */
  record Levels(
      int waiting,
      int running,
      long kvBlocksTotal,
      long kvBlocksUsed,
      long kvBlocksKept,
      long preemptions,
      long reuseHits,
      long reusedTokens,
      long lookAheadDeclined) {
    /** Of a loop that has done nothing. */
    static final Levels NONE = new Levels(0, 0, 0, 0, 0, 0, 0, 0, 0);

    /** After the end of the loop: what it has counted, and nothing that it holds. */
    Levels ended() {
      return new Levels(0, 0, 0, 0, 0, preemptions, reuseHits, reusedTokens, lookAheadDeclined);
    }

    /** Those of two loops together. */
    Levels plus(Levels other) {
      return new Levels(
          waiting + other.waiting,
          running + other.running,
          kvBlocksTotal + other.kvBlocksTotal,
          kvBlocksUsed + other.kvBlocksUsed,
          kvBlocksKept + other.kvBlocksKept,
          preemptions + other.preemptions,
          reuseHits + other.reuseHits,
          reusedTokens + other.reusedTokens,
          lookAheadDeclined + other.lookAheadDeclined);
    }
  }

  /** Listens to nothing. */
  Telemetry NOOP = new Telemetry() {};

  /** Tells two, one after the other. */
  static Telemetry both(Telemetry first, Telemetry second) {
    return new Telemetry() {
      @Override
      public void onReceived() {
        first.onReceived();
        second.onReceived();
      }

      @Override
      public void onScheduled(long queueNanos) {
        first.onScheduled(queueNanos);
        second.onScheduled(queueNanos);
      }

      @Override
      public void onFirstBlock(long nanos) {
        first.onFirstBlock(nanos);
        second.onFirstBlock(nanos);
      }

      @Override
      public void onBlock(long nanos) {
        first.onBlock(nanos);
        second.onBlock(nanos);
      }

      @Override
      public void onResponse(int index, long inferNanos, long outputNanos, boolean empty) {
        first.onResponse(index, inferNanos, outputNanos, empty);
        second.onResponse(index, inferNanos, outputNanos, empty);
      }

      @Override
      public void onEnded(RequestReport report) {
        first.onEnded(report);
        second.onEnded(report);
      }

      @Override
      public void onStep(StepReport report) {
        first.onStep(report);
        second.onStep(report);
      }

      @Override
      public void onLevels(Levels levels) {
        first.onLevels(levels);
        second.onLevels(levels);
      }
    };
  }
}
