package dev.unmask.bridge.triton;

import dev.unmask.request.InferRequest;
import dev.unmask.request.InferResponse;
import dev.unmask.scheduler.UnmaskException;

/**
 * A request that Triton gave to an instance, which owns it until {@link #release}. One thread at a
 * time, but for {@link #isCancelled}. Every call may throw what Triton answers as {@link
 * UnmaskException}.
 */
interface TritonRequest {
  /**
   * What it asks for. Tensors are views of Triton's memory and valid until {@link #release}.
   *
   * @param arrivalNanos {@link System#nanoTime} when the instance got it
   */
  InferRequest read(long arrivalNanos);

  /** Whether its client gave it up. Any thread, before {@link #release}. */
  boolean isCancelled();

  /**
   * Sends a response with content.
   *
   * @param last whether it is the final one
   */
  void send(InferResponse response, boolean last);

  /** Says that all responses were sent; for a request whose last response was not marked so. */
  void complete();

  /** Sends an error as the final response. */
  void fail(UnmaskException error);

  /** Adds the response that is about to be sent, or the error, to Triton's statistics. */
  void reportResponse(ResponseTimes times, UnmaskException error);

  /** Adds the request to Triton's statistics. */
  void report(boolean success, RequestTimes times);

  /** Gives the request back to Triton. Nothing may be called after it. Once. */
  void release();

  /**
   * When one response came about, by {@link System#nanoTime}.
   *
   * @param start end of the response before, or of the wait for the first step
   * @param outputStart beginning of making it
   * @param end now
   */
  record ResponseTimes(long start, long outputStart, long end) {}

  /**
   * Where the time of a request went, by {@link System#nanoTime}.
   *
   * @param execStart end of its wait
   * @param computeStart beginning of its first step, after what it took to read and encode it
   * @param computeEnd end of decoding
   * @param execEnd end of making its responses
   */
  record RequestTimes(long execStart, long computeStart, long computeEnd, long execEnd) {}
}
