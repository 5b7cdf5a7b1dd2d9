package dev.unmask.client;

import java.time.Duration;
import java.util.Optional;

/**
 * How a request ended.
 *
 * @param error why it failed; empty where it did not
 * @param result the answer of a generation; empty for anything else, and where it failed
 * @param endpoint where the last attempt was sent; empty where there was none
 * @param attempts times it was sent
 * @param responses responses, or events of a stream, that arrived
 * @param duration from the call to the end
 */
public record RequestOutcome(
    Optional<UnmaskClientException> error,
    Optional<GenerateResult> result,
    String endpoint,
    int attempts,
    long responses,
    Duration duration) {}
