package dev.unmask.client.internal;

import dev.unmask.client.RequestInfo;
import java.time.Duration;
import java.util.Optional;

/**
 * What one call of the client asks for, in the form of either transport. Immutable; every call of
 * {@link #grpc} and {@link #http} has a reader of its own.
 *
 * @param <R> what the consumer gets
 */
public interface Operation<R> {
  /** What it is. */
  RequestInfo info();

  /** How long it may take; empty for the client's own timeout. */
  Optional<Duration> timeout();

  /** Whether doing it twice is as good as once. */
  default boolean isRepeatable() {
    return true;
  }

  /**
   * As a gRPC call.
   *
   * @throws ReadException where gRPC does not have it
   */
  GrpcOperation<?, ?, R> grpc();

  /**
   * As an HTTP exchange.
   *
   * @param timeoutMicros what is left of its time; 0 for any
   * @throws ReadException where HTTP does not have it
   */
  HttpOperation<R> http(long timeoutMicros);
}
