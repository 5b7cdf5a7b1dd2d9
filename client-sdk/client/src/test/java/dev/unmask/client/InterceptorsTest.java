package dev.unmask.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class InterceptorsTest {
  private static final RequestInfo INFO = new RequestInfo("generate", "m", "", "r1", true);
  private static final GenerateResult RESULT =
      new GenerateResult(
          "r1",
          "m",
          "1",
          "text",
          new int[0],
          List.of(),
          OptionalDouble.empty(),
          FinishReason.STOP,
          new GenerateResult.Usage(7, 5),
          null,
          new GenerateResult.DecodingStatistics(2, 9, 0, 5));

  private static RequestOutcome success() {
    return new RequestOutcome(
        Optional.empty(), Optional.of(RESULT), "grpc://h:1", 2, 3, Duration.ofMillis(20));
  }

  private static RequestOutcome failure() {
    return new RequestOutcome(
        Optional.of(
            UnmaskClientException.of(
                ErrorCode.UNAVAILABLE, "full", "grpc://h:1", "r1", true, null)),
        Optional.empty(),
        "grpc://h:1",
        1,
        0,
        Duration.ofMillis(20));
  }

  @Test
  void openTelemetry_spanWithContextAndUsage() {
    InMemorySpanExporter spans = InMemorySpanExporter.create();
    try (OpenTelemetrySdk sdk =
        OpenTelemetrySdk.builder()
            .setTracerProvider(
                SdkTracerProvider.builder()
                    .addSpanProcessor(SimpleSpanProcessor.create(spans))
                    .build())
            .setPropagators(ContextPropagators.create(W3CTraceContextPropagator.getInstance()))
            .build()) {
      Map<String, String> headers = new HashMap<>();
      RequestObserver observer = new OpenTelemetryTracing(sdk).onStart(INFO, headers::put);
      observer.onAttempt("grpc://h:1", 1);
      observer.onAttempt("grpc://h:1", 2);
      observer.onFirstResponse();
      observer.onEnd(success());
      SpanData span = spans.getFinishedSpanItems().get(0);
      assertEquals("generate m", span.getName());
      assertTrue(headers.get("traceparent").contains(span.getTraceId()));
      assertEquals("m", span.getAttributes().get(AttributeKey.stringKey("gen_ai.request.model")));
      assertEquals(7L, span.getAttributes().get(AttributeKey.longKey("gen_ai.usage.input_tokens")));
      assertEquals(
          5L, span.getAttributes().get(AttributeKey.longKey("gen_ai.usage.output_tokens")));
      assertEquals(
          List.of("retry", "first_response"),
          span.getEvents().stream().map(event -> event.getName()).toList());

      new OpenTelemetryTracing(sdk).onStart(INFO, headers::put).onEnd(failure());
      SpanData failed = spans.getFinishedSpanItems().get(1);
      assertEquals(StatusCode.ERROR, failed.getStatus().getStatusCode());
      assertEquals("unavailable", failed.getAttributes().get(AttributeKey.stringKey("error.type")));
    }
  }

  @Test
  void micrometer_timersAndCounters() {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    RequestObserver observer = new MicrometerMetrics(registry).onStart(INFO, (name, value) -> {});
    observer.onAttempt("grpc://h:1", 1);
    observer.onAttempt("grpc://h:1", 2);
    observer.onFirstResponse();
    observer.onEnd(success());
    new MicrometerMetrics(registry).onStart(INFO, (name, value) -> {}).onEnd(failure());
    assertEquals(
        1, registry.get("unmask.client.requests").tag("outcome", "success").timer().count());
    assertEquals(
        1, registry.get("unmask.client.requests").tag("outcome", "unavailable").timer().count());
    assertEquals(1, registry.get("unmask.client.first.response").timer().count());
    assertEquals(1, registry.get("unmask.client.retries").counter().count());
    assertEquals(7, registry.get("unmask.client.tokens").tag("type", "input").counter().count());
    assertEquals(5, registry.get("unmask.client.tokens").tag("type", "output").counter().count());
  }

  @Test
  void interceptors_seeEveryRequestAndItsEnd() {
    StringBuilder seen = new StringBuilder();
    ClientInterceptor recording =
        (info, headers) -> {
          seen.append(info.operation());
          return new RequestObserver() {
            @Override
            public void onAttempt(String endpoint, int attempt) {
              seen.append(" attempt").append(attempt);
              throw new IllegalStateException("observers may fail");
            }

            @Override
            public void onEnd(RequestOutcome outcome) {
              seen.append(' ').append(outcome.error().orElseThrow().code());
            }
          };
        };
    try (UnmaskClient client =
        UnmaskClient.builder()
            .endpoints("http://localhost:1")
            .retry(new RetryPolicy(2, Duration.ZERO, Duration.ZERO, 1))
            .interceptor(recording)
            .build()) {
      UnavailableException failed =
          assertThrows(UnavailableException.class, () -> client.server().isLive());
      assertTrue(failed.isRetrySafe());
    }
    assertEquals("server_live attempt1 attempt2 UNAVAILABLE", seen.toString());
  }

  @Test
  void interceptor_thatThrows_endsTheRequest() {
    try (UnmaskClient client =
        UnmaskClient.builder()
            .endpoints("http://localhost:1")
            .interceptor(
                (info, headers) -> {
                  throw new SecurityException("no");
                })
            .build()) {
      assertThrows(SecurityException.class, () -> client.server().isLive());
    }
  }
}
