package dev.unmask.client;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.time.Duration;
import java.util.Locale;
import java.util.function.BiConsumer;

/**
 * Timers and counters for every request. Needs {@code io.micrometer:micrometer-core}.
 *
 * <ul>
 *   <li>{@code unmask.client.requests}: timer, from the call to the end
 *   <li>{@code unmask.client.first.response}: timer, from the call to the first response
 *   <li>{@code unmask.client.retries}: counter
 *   <li>{@code unmask.client.tokens}: counter by {@code type}, {@code input} or {@code output}
 * </ul>
 *
 * All have the tags {@code operation} and {@code model}, the first also {@code outcome}: {@code
 * success}, or an {@link ErrorCode} in lower case.
 */
public final class MicrometerMetrics implements ClientInterceptor {
  private static final String PREFIX = "unmask.client.";

  private final MeterRegistry registry;

  /**
   * Makes an interceptor.
   *
   * @param registry where the meters are
   */
  public MicrometerMetrics(MeterRegistry registry) {
    this.registry = registry;
  }

  @Override
  public RequestObserver onStart(RequestInfo request, BiConsumer<String, String> headers) {
    return new MeterObserver(
        registry, Tags.of("operation", request.operation(), "model", request.model()));
  }

  private static final class MeterObserver implements RequestObserver {
    private final MeterRegistry registry;
    private final Tags tags;
    private final long startNanos = System.nanoTime();

    MeterObserver(MeterRegistry registry, Tags tags) {
      this.registry = registry;
      this.tags = tags;
    }

    @Override
    public void onAttempt(String endpoint, int attempt) {
      if (attempt > 1) {
        registry.counter(PREFIX + "retries", tags).increment();
      }
    }

    @Override
    public void onFirstResponse() {
      registry
          .timer(PREFIX + "first.response", tags)
          .record(Duration.ofNanos(System.nanoTime() - startNanos));
    }

    @Override
    public void onEnd(RequestOutcome outcome) {
      String end =
          outcome
              .error()
              .map(error -> error.code().name().toLowerCase(Locale.ROOT))
              .orElse("success");
      registry.timer(PREFIX + "requests", tags.and("outcome", end)).record(outcome.duration());
      outcome
          .result()
          .flatMap(GenerateResult::usage)
          .ifPresent(
              usage -> {
                count("input", usage.promptTokens());
                count("output", usage.outputTokens());
              });
    }

    private void count(String type, long tokens) {
      registry.counter(PREFIX + "tokens", tags.and("type", type)).increment(tokens);
    }
  }
}
