package dev.unmask.client.internal;

import dev.unmask.client.TlsOptions;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * What all transports of a client have in common.
 *
 * @param tls for addresses that are secure
 * @param connectTimeout how long a connection may take to be made
 * @param maxResponseBytes longest response, or event of a stream
 * @param userAgent what the client calls itself
 */
public record TransportOptions(
    TlsOptions tls, Duration connectTimeout, int maxResponseBytes, String userAgent) {
  int connectMillis() {
    return (int)
        Math.min(
            Integer.MAX_VALUE,
            Math.max(1, TimeUnit.NANOSECONDS.toMillis(Durations.nanos(connectTimeout))));
  }
}
