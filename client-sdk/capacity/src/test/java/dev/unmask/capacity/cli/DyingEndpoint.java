package dev.unmask.capacity.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;

/** An OpenAI endpoint that answers so many requests and then closes every connection. */
final class DyingEndpoint implements AutoCloseable {
  private static final byte[] ANSWER =
      """
      data: {"choices":[{"delta":{"content":"ab"},"finish_reason":"stop"}]}

      data: {"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":2}}

      data: [DONE]

      """
          .getBytes(StandardCharsets.UTF_8);

  private final HttpServer server;
  private final AtomicInteger left;

  DyingEndpoint(int answers) throws IOException {
    left = new AtomicInteger(answers);
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/v1/", this::answer);
    server.start();
  }

  String url() {
    return "http://localhost:" + server.getAddress().getPort() + "/v1";
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] unused = exchange.getRequestBody().readAllBytes();
      if (left.getAndDecrement() > 0) {
        exchange.sendResponseHeaders(200, ANSWER.length);
        exchange.getResponseBody().write(ANSWER);
      }
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
