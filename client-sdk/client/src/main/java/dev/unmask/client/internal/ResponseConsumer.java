package dev.unmask.client.internal;

import dev.unmask.client.UnmaskClientException;

/**
 * What the caller chose to get responses with. Responses are told one at a time; an error may be
 * told at the same time as a response, which is then too late.
 *
 * @param <R> what it gets
 */
interface ResponseConsumer<R> {
  /** A response. */
  void onResponse(R response);

  /** There are no more. */
  void onEnd();

  /** It failed. */
  void onError(UnmaskClientException error);
}
