package dev.unmask.client;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import java.util.List;
import java.util.Locale;
import java.util.function.BiConsumer;

/**
 * A client span for every request, with the attributes of OpenTelemetry's conventions for
 * generative AI, and the trace context in the request's headers. Needs {@code
 * io.opentelemetry:opentelemetry-api}.
 */
public final class OpenTelemetryTracing implements ClientInterceptor {
  private static final String NAME = "dev.unmask.client";
  private static final AttributeKey<List<String>> FINISH_REASONS =
      AttributeKey.stringArrayKey("gen_ai.response.finish_reasons");

  private final OpenTelemetry openTelemetry;
  private final Tracer tracer;

  /**
   * Makes an interceptor.
   *
   * @param openTelemetry where spans go, and how context is propagated
   */
  public OpenTelemetryTracing(OpenTelemetry openTelemetry) {
    this.openTelemetry = openTelemetry;
    this.tracer = openTelemetry.getTracer(NAME);
  }

  @Override
  public RequestObserver onStart(RequestInfo request, BiConsumer<String, String> headers) {
    String name = request.operation() + (request.model().isEmpty() ? "" : " " + request.model());
    Span span =
        tracer
            .spanBuilder(name)
            .setSpanKind(SpanKind.CLIENT)
            .setAttribute("gen_ai.operation.name", request.operation())
            .setAttribute("gen_ai.provider.name", "unmask")
            .startSpan();
    if (!request.model().isEmpty()) {
      span.setAttribute("gen_ai.request.model", request.model());
    }
    if (!request.requestId().isEmpty()) {
      span.setAttribute("unmask.request.id", request.requestId());
    }
    openTelemetry
        .getPropagators()
        .getTextMapPropagator()
        .inject(
            Context.current().with(span), headers, (sink, key, value) -> sink.accept(key, value));
    return new SpanObserver(span);
  }

  private static final class SpanObserver implements RequestObserver {
    private final Span span;

    SpanObserver(Span span) {
      this.span = span;
    }

    @Override
    public void onAttempt(String endpoint, int attempt) {
      int scheme = endpoint.indexOf("://") + 3;
      int port = endpoint.lastIndexOf(':');
      span.setAttribute("server.address", endpoint.substring(scheme, port));
      span.setAttribute("server.port", Long.parseLong(endpoint.substring(port + 1)));
      if (attempt > 1) {
        span.addEvent("retry");
      }
    }

    @Override
    public void onFirstResponse() {
      span.addEvent("first_response");
    }

    @Override
    public void onEnd(RequestOutcome outcome) {
      span.setAttribute("unmask.attempts", outcome.attempts());
      outcome.result().ifPresent(this::describe);
      outcome
          .error()
          .ifPresent(
              error -> {
                span.setAttribute("error.type", error.code().name().toLowerCase(Locale.ROOT));
                if (error.code() != ErrorCode.CANCELLED) {
                  span.setStatus(StatusCode.ERROR, error.getMessage());
                }
              });
      span.end();
    }

    private void describe(GenerateResult result) {
      span.setAttribute("gen_ai.response.model", result.model());
      span.setAttribute(
          FINISH_REASONS, List.of(result.finishReason().name().toLowerCase(Locale.ROOT)));
      result
          .usage()
          .ifPresent(
              usage -> {
                span.setAttribute("gen_ai.usage.input_tokens", usage.promptTokens());
                span.setAttribute("gen_ai.usage.output_tokens", usage.outputTokens());
              });
      result
          .decoding()
          .ifPresent(
              decoding -> span.setAttribute("unmask.forward_passes", decoding.forwardPasses()));
    }
  }
}
