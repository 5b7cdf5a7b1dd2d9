package dev.unmask.load;

/** A generation that is being streamed. */
public interface LoadCall {
  /** How it ended. */
  enum Status {
    /** The server sent its end. */
    COMPLETE,
    /** It was cancelled here first. */
    CANCELLED,
    /** The server sent an error, or the connection broke. */
    FAILED
  }

  /**
   * The end of a call.
   *
   * @param message what it failed with; empty otherwise
   */
  record Outcome(Status status, String message) {
    static final Outcome COMPLETE = new Outcome(Status.COMPLETE, "");
    static final Outcome CANCELLED = new Outcome(Status.CANCELLED, "");

    static Outcome failed(String message) {
      return new Outcome(Status.FAILED, message);
    }
  }

  /** Gives it up, unless it has ended. Any thread; idempotent. */
  void cancel();

  /** Waits for the end. On the thread that started it. */
  Outcome await() throws InterruptedException;
}
