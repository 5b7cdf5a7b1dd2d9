package dev.unmask.server.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;

/** A front end on a free loopback port before a {@link FakeServer}, and clients for it. */
final class HttpFixture implements AutoCloseable {
  static final long PATIENCE_SECONDS = 30;
  private static final ObjectMapper MAPPER = new ObjectMapper();

  final FakeServer server = new FakeServer();
  final FakeServedModel model = server.models.get("m");
  final FakeServedModel unary = server.models.get("unary");
  final HttpFrontEnd frontEnd;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  HttpFixture() {
    this(UnaryOperator.identity(), List.of());
  }

  HttpFixture(UnaryOperator<HttpOptions.Builder> options, List<HttpRoute> routes) {
    HttpOptions.Builder builder = HttpOptions.builder().address("127.0.0.1").port(0).threads(2);
    frontEnd = new HttpFrontEnd(options.apply(builder).build(), server, routes);
    frontEnd.start();
  }

  int port() {
    return frontEnd.port();
  }

  HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + path))
        .timeout(Duration.ofSeconds(PATIENCE_SECONDS));
  }

  HttpResponse<byte[]> send(HttpRequest request) throws IOException, InterruptedException {
    return client.send(request, BodyHandlers.ofByteArray());
  }

  HttpResponse<byte[]> get(String path) throws IOException, InterruptedException {
    return send(request(path).build());
  }

  HttpResponse<byte[]> post(String path, String body, String... headers)
      throws IOException, InterruptedException {
    return post(path, body.getBytes(StandardCharsets.UTF_8), headers);
  }

  HttpResponse<byte[]> post(String path, byte[] body, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request = request(path).POST(BodyPublishers.ofByteArray(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return send(request.build());
  }

  static String text(HttpResponse<byte[]> response) {
    return new String(response.body(), StandardCharsets.UTF_8);
  }

  static JsonNode json(HttpResponse<byte[]> response) throws IOException {
    return MAPPER.readTree(response.body());
  }

  static JsonNode json(String text) throws IOException {
    return MAPPER.readTree(text);
  }

  /** The text of an error body. */
  static String error(HttpResponse<byte[]> response) throws IOException {
    return json(response).get("error").textValue();
  }

  static String header(HttpResponse<?> response, String name) {
    return response.headers().firstValue(name).orElse(null);
  }

  @Override
  public void close() {
    frontEnd.close();
  }
}
