package dev.unmask.client;

import java.util.function.BiConsumer;

/**
 * Sees every request of a client, whatever it asks for. Called on the caller's thread; what it
 * throws ends the request. Ready ones are {@link OpenTelemetryTracing} and {@link
 * MicrometerMetrics}.
 */
@FunctionalInterface
public interface ClientInterceptor {
  /**
   * A request begins.
   *
   * @param request what it is
   * @param headers takes headers to send with the request, by name and value
   * @return told what becomes of the request
   */
  RequestObserver onStart(RequestInfo request, BiConsumer<String, String> headers);
}
