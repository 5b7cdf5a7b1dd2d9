package dev.unmask.client.internal;

import com.google.protobuf.Message;
import dev.unmask.client.RequestInfo;
import io.grpc.MethodDescriptor;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * A question about a server or a model, or an order to it: one request, one response.
 *
 * @param <R> what the consumer gets
 */
final class ControlOperation<R> implements Operation<R> {
  private final RequestInfo info;
  private final GrpcForm<?, ?, R> grpc;
  private final HttpForm<R> http;

  /** The gRPC side: a unary call and what its response means. */
  record GrpcForm<Q extends Message, S extends Message, R>(
      MethodDescriptor<Q, S> method, Q request, Function<S, R> parser) {
    GrpcOperation<Q, S, R> operation() {
      return new GrpcOperation<>(method, request, new SingleReader<>(parser));
    }
  }

  /**
   * The HTTP side.
   *
   * @param body empty for none
   * @param parser given the body of a success
   * @param statusParser given any status first, and null where the body decides; may be null
   */
  record HttpForm<R>(
      String method,
      String path,
      byte[] body,
      Function<HttpBody, R> parser,
      Function<Integer, R> statusParser) {}

  ControlOperation(String name, String model, GrpcForm<?, ?, R> grpc, HttpForm<R> http) {
    this.info = new RequestInfo(name, model, "", "", false);
    this.grpc = grpc;
    this.http = http;
  }

  @Override
  public RequestInfo info() {
    return info;
  }

  @Override
  public Optional<Duration> timeout() {
    return Optional.empty();
  }

  /** A load that was ordered twice is done twice. */
  @Override
  public boolean isRepeatable() {
    return !info.operation().endsWith("load");
  }

  @Override
  public GrpcOperation<?, ?, R> grpc() {
    return grpc.operation();
  }

  @Override
  public HttpOperation<R> http(long timeoutMicros) {
    Map<String, String> headers =
        http.body.length == 0 ? Map.of() : Map.of("content-type", "application/json");
    HttpReader<R> reader =
        http.statusParser == null
            ? new WholeBodyReader<>((body, sink) -> sink.accept(http.parser.apply(body)))
            : new StatusReader<>(http.statusParser);
    return new HttpOperation<>(http.method, http.path, headers, http.body, reader);
  }
}
