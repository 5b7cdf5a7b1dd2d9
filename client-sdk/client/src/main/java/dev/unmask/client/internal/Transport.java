package dev.unmask.client.internal;

import java.util.Map;

/** Sends operations to one endpoint. Thread-safe. */
public interface Transport extends AutoCloseable {
  /** What it sends to, such as {@code grpc://host:8001}. */
  String endpoint();

  /**
   * Makes a call, which is not sent yet.
   *
   * @param headers to send, beside those of every request
   * @param timeoutNanos what is left of its time; {@link Long#MAX_VALUE} for any
   * @param inbound told what comes, one call at a time
   * @throws ReadException where this transport does not have the operation
   */
  <R> TransportCall open(
      Operation<R> operation, Map<String, String> headers, long timeoutNanos, Inbound<R> inbound);

  /** Forgets that earlier connections failed: the next call tries again at once. */
  void retryConnection();

  /** Gives up what is in progress and closes connections; returns when none is left. */
  @Override
  void close();

  /**
   * Told what comes of a call. Nothing follows an end or a failure.
   *
   * @param <R> what the consumer gets
   */
  interface Inbound<R> {
    /** A response, or an event of a stream. */
    void onResponse(R response);

    /** Something came, though it gives no response yet. */
    void onActivity();

    /** It ended well. */
    void onEnd();

    /** It failed. */
    void onFailure(Failure failure);
  }

  /** A call. Any thread. */
  interface TransportCall {
    /**
     * Sends it, once, before anything else is asked of it. What comes of it is told later, or
     * before this returns.
     *
     * @param messages with content that are let through
     */
    void start(int messages);

    /** Lets that many more messages with content through. */
    void request(int messages);

    /** Gives it up; nothing is told any more, though what is being told may end. */
    void cancel();
  }
}
