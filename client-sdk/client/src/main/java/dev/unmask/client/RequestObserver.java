package dev.unmask.client;

/**
 * Told what becomes of one request, one call at a time but for an end that the caller brings about.
 * Called on the client's own threads or the caller's, which it must not hold up; what it throws is
 * logged and ignored.
 */
public interface RequestObserver {
  /** Wants to know nothing. */
  RequestObserver NONE = new RequestObserver() {};

  /**
   * The request is sent.
   *
   * @param endpoint where to, such as {@code grpc://host:8001}
   * @param attempt from 1
   */
  default void onAttempt(String endpoint, int attempt) {}

  /** The first response, or the first event of a stream, has arrived. */
  default void onFirstResponse() {}

  /**
   * The request has ended.
   *
   * @param outcome how
   */
  default void onEnd(RequestOutcome outcome) {}
}
