package dev.unmask.client.internal;

import dev.unmask.client.ErrorCode;
import dev.unmask.client.UnmaskClientException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** Failures as callers see them. */
public final class Failures {
  private Failures() {}

  /** The same failure with the stack trace of who is told now; the first is its cause. */
  static UnmaskClientException again(UnmaskClientException error) {
    return UnmaskClientException.of(
        error.code(),
        error.getMessage(),
        error.endpoint(),
        error.requestId(),
        error.isRetrySafe(),
        error);
  }

  /**
   * Waits for a future; an interrupt gives the request up.
   *
   * @throws UnmaskClientException where it failed
   */
  static <T> T await(CompletableFuture<T> future, String requestId) {
    try {
      return future.get();
    } catch (InterruptedException e) {
      future.cancel(true);
      Thread.currentThread().interrupt();
      throw interrupted(e, requestId);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof UnmaskClientException error) {
        throw again(error);
      }
      throw new IllegalStateException(e.getCause());
    }
  }

  /** The thread that waited was interrupted. */
  public static UnmaskClientException interrupted(InterruptedException e, String requestId) {
    return UnmaskClientException.of(
        ErrorCode.CANCELLED, "interrupted while waiting", "", requestId, false, e);
  }
}
