package dev.unmask.server.http;

import static dev.unmask.server.http.HttpFixture.error;
import static dev.unmask.server.http.HttpFixture.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unmask.request.ResponseObserver;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import dev.unmask.server.ApiCategory;
import dev.unmask.server.ApiRestrictions;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HttpFrontEndTest {
  private static final ErrorStyle STYLE =
      (status, message) -> (status + " " + message).getBytes(StandardCharsets.UTF_8);

  private static HttpRoute route(String method, String path, boolean prefix, HttpHandler handler) {
    return new HttpRoute(method, path, prefix, ApiCategory.INFERENCE, STYLE, handler);
  }

  private static HttpHandler echo(String answer) {
    return exchange ->
        exchange.respond(
            200,
            "text/plain",
            Map.of("x-extra", "1"),
            (answer + exchange.path() + exchange.query("q")).getBytes(StandardCharsets.UTF_8));
  }

  private static final List<HttpRoute> ROUTES =
      List.of(
          route("GET", "/v1/models", true, echo("get ")),
          route("POST", "/v1/models", true, echo("post ")),
          route("GET", "/", false, echo("page ")),
          route(
              "POST",
              "/v1/fail",
              false,
              exchange -> {
                throw UnmaskException.invalid("temperature=-1");
              }),
          route(
              "POST",
              "/v1/stream",
              false,
              exchange -> {
                HttpStream stream = exchange.stream(200, "text/plain", Map.of());
                stream.write("a".getBytes(StandardCharsets.UTF_8));
                stream.write(new byte[0]);
                stream.write("b".getBytes(StandardCharsets.UTF_8));
                stream.end();
                stream.write("c".getBytes(StandardCharsets.UTF_8));
              }));

  @Test
  void routes_extra_areServedBesideKServe() throws Exception {
    try (HttpFixture http = new HttpFixture(UnaryOperator.identity(), ROUTES)) {
      assertEquals("get /v1/modelsb c", text(http.get("/v1/models?a=1&q=b%20c")));
      assertEquals("post /v1/models/xnull", text(http.post("/v1/models/x", "")));
      assertEquals("page /null", text(http.get("/")));
      assertEquals(404, http.get("/v1/modelsx").statusCode());
      assertEquals("ab", text(http.post("/v1/stream", "")));
      assertEquals(200, http.get("/v2").statusCode());
    }
  }

  @Test
  void routes_errors_areInTheirStyle() throws Exception {
    try (HttpFixture http =
        new HttpFixture(
            options ->
                options
                    .maxInputBytes(10)
                    .restricted(
                        ApiRestrictions.parse("--http-restricted-api", List.of("logging:k=v"))),
            ROUTES)) {
      assertEquals("400 temperature=-1", text(http.post("/v1/fail", "")));
      assertEquals("405 Method Not Allowed", text(http.get("/v1/fail")));
      HttpResponse<byte[]> large = http.post("/v1/fail", "x".repeat(11));
      assertEquals(413, large.statusCode());
      assertTrue(text(large).startsWith("413 Request JSON size of 11 bytes"), text(large));
      http.frontEnd.drain();
      assertTrue(text(http.post("/v1/fail", "")).startsWith("503 HTTP server is shutting down"));
    }
  }

  @Test
  void routes_largeBody_isHandledOffTheEventLoop() throws Exception {
    HttpHandler failing =
        exchange -> {
          throw UnmaskException.invalid(Thread.currentThread().getName());
        };
    try (HttpFixture http =
        new HttpFixture(
            UnaryOperator.identity(), List.of(route("POST", "/v1/thread", false, failing)))) {
      String small = text(http.post("/v1/thread", "x".repeat(Workers.LARGE_BODY)));
      String large = text(http.post("/v1/thread", "x".repeat(Workers.LARGE_BODY + 1)));
      assertFalse(small.startsWith("400 unmask-http-body"), small);
      assertTrue(large.startsWith("400 unmask-http-body"), large);
    }
  }

  @Test
  void restricted_category_asksForHeader() throws Exception {
    ApiRestrictions restricted =
        ApiRestrictions.parse(
            "--http-restricted-api", List.of("inference,logging:X-Key=a=b", "health:other=1"));
    try (HttpFixture http = new HttpFixture(options -> options.restricted(restricted), ROUTES)) {
      HttpResponse<byte[]> refused = http.get("/v2/logging");
      assertEquals(403, refused.statusCode());
      assertEquals("This API is restricted, expecting header 'X-Key'", error(refused));
      assertEquals(403, http.get("/v2/models/m/infer").statusCode());
      assertEquals(403, http.get("/v2/health/live").statusCode());
      assertEquals(403, http.get("/v1/models").statusCode());
      assertEquals(200, http.get("/v2").statusCode());
      assertEquals(
          403, http.send(http.request("/v2/logging").header("x-key", "a").build()).statusCode());
      assertEquals(
          200, http.send(http.request("/v2/logging").header("x-key", "a=b").build()).statusCode());
    }
  }

  @Test
  void route_outOfMemory_isAnswered() throws Exception {
    HttpRoute hungry =
        route(
            "GET",
            "/v1/hungry",
            false,
            exchange -> {
              throw new OutOfMemoryError("a body too many");
            });
    try (HttpFixture http = new HttpFixture(UnaryOperator.identity(), List.of(hungry))) {
      assertEquals("500 internal error, see the server's log", text(http.get("/v1/hungry")));
      assertEquals(200, http.get("/v2").statusCode());
    }
  }

  @Test
  void start_portTaken_unavailableWithAddress() {
    try (HttpFixture http = new HttpFixture()) {
      HttpOptions taken =
          HttpOptions.builder().address("127.0.0.1").port(http.port()).threads(1).build();
      try (HttpFrontEnd second = new HttpFrontEnd(taken, new FakeServer(), List.of())) {
        UnmaskException error = assertThrows(UnmaskException.class, second::start);
        assertEquals(ErrorCode.UNAVAILABLE, error.code());
        assertTrue(error.getMessage().contains("127.0.0.1:" + http.port()), error.getMessage());
      }
    }
  }

  @Test
  void start_reusePort_sharesIt() throws Exception {
    try (HttpFixture http = new HttpFixture(options -> options.reusePort(true), List.of())) {
      HttpOptions same =
          HttpOptions.builder()
              .address("127.0.0.1")
              .port(http.port())
              .threads(1)
              .reusePort(true)
              .build();
      try (HttpFrontEnd second = new HttpFrontEnd(same, new FakeServer(), List.of())) {
        second.start();
        assertEquals(http.port(), second.port());
      }
    }
  }

  @Test
  void close_twice_isFine() {
    HttpFixture http = new HttpFixture();
    http.close();
    http.close();
    assertThrows(IOException.class, () -> http.get("/v2"));
  }

  @Test
  void options_outOfRange_nameTheField() {
    UnmaskException error =
        assertThrows(UnmaskException.class, () -> HttpOptions.builder().threads(0).build());
    assertEquals("HTTP thread count=0 is not in 1 to 1024", error.getMessage());
  }

  @Test
  void options_oneTlsFile_isRefused() {
    assertThrows(UnmaskException.class, () -> HttpOptions.builder().tls(Path.of("cert.pem"), null));
    assertNull(HttpOptions.builder().tls(null, null).build().tls());
  }

  @Test
  void tls_request_isServedAndDisconnectNoticed(@TempDir Path dir) throws Exception {
    X509Bundle bundle =
        new CertificateBuilder()
            .subject("CN=localhost")
            .addSanDnsName("localhost")
            .setIsCertificateAuthority(true)
            .buildSelfSigned();
    Path certificate = Files.writeString(dir.resolve("cert.pem"), bundle.getCertificatePathPEM());
    Path key = Files.writeString(dir.resolve("key.pem"), bundle.getPrivateKeyPEM());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, new TrustManager[] {bundle.toTrustManager()}, null);
    try (HttpFixture http = new HttpFixture(options -> options.tls(certificate, key), List.of())) {
      HttpClient client =
          HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).sslContext(context).build();
      URI uri = URI.create("https://localhost:" + http.port() + "/v2");
      HttpResponse<String> response =
          client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
      assertEquals(200, response.statusCode());
      HttpResponse<String> closed =
          client.send(
              HttpRequest.newBuilder(uri).POST(BodyPublishers.ofString("{}")).build(),
              BodyHandlers.ofString());
      assertEquals(405, closed.statusCode());
      try (SSLSocket socket =
          (SSLSocket) context.getSocketFactory().createSocket("localhost", http.port())) {
        socket
            .getOutputStream()
            .write(
                "GET /v2 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"
                    .getBytes(StandardCharsets.UTF_8));
        assertTrue(
            new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .endsWith("}"));
      }
      try (SSLSocket socket =
          (SSLSocket) context.getSocketFactory().createSocket("localhost", http.port())) {
        socket
            .getOutputStream()
            .write(RawClient.post("/v2/models/m/generate", "{}").getBytes(StandardCharsets.UTF_8));
        ResponseObserver observer =
            http.model.observers.poll(HttpFixture.PATIENCE_SECONDS, TimeUnit.SECONDS);
        assertNotNull(observer);
      }
      http.model.cancelled.get(HttpFixture.PATIENCE_SECONDS, TimeUnit.SECONDS);
    }
  }

  @Test
  void tls_badFiles_invalidArgument(@TempDir Path dir) throws Exception {
    Path file = Files.writeString(dir.resolve("x.pem"), "no PEM");
    for (Path missing : List.of(file, dir.resolve("missing.pem"))) {
      HttpOptions options =
          HttpOptions.builder().address("127.0.0.1").port(0).tls(missing, file).build();
      try (HttpFrontEnd frontEnd = new HttpFrontEnd(options, new FakeServer(), List.of())) {
        UnmaskException error = assertThrows(UnmaskException.class, frontEnd::start);
        assertEquals(ErrorCode.INVALID_ARGUMENT, error.code());
        assertTrue(error.getMessage().contains("--http-tls-cert="), error.getMessage());
      }
    }
  }

  @Test
  void metrics_get_areScraped() throws Exception {
    HttpOptions options = HttpOptions.builder().address("127.0.0.1").port(0).threads(1).build();
    byte[] body = "# HELP x\nx 1\n".getBytes(StandardCharsets.UTF_8);
    try (MetricsFrontEnd metrics = new MetricsFrontEnd(options, () -> body)) {
      metrics.start();
      HttpClient client = HttpClient.newHttpClient();
      String base = "http://127.0.0.1:" + metrics.port();
      for (String path : List.of("/metrics", "/metrics/")) {
        HttpResponse<String> response =
            client.send(
                HttpRequest.newBuilder(URI.create(base + path)).build(), BodyHandlers.ofString());
        assertEquals(200, response.statusCode());
        assertEquals("# HELP x\nx 1\n", response.body());
        assertEquals(
            "text/plain; charset=utf-8", response.headers().firstValue("content-type").get());
      }
      HttpRequest post =
          HttpRequest.newBuilder(URI.create(base + "/metrics"))
              .POST(BodyPublishers.noBody())
              .build();
      assertEquals(405, client.send(post, BodyHandlers.ofString()).statusCode());
      HttpRequest other = HttpRequest.newBuilder(URI.create(base + "/metrics/x")).build();
      assertEquals(404, client.send(other, BodyHandlers.ofString()).statusCode());
      metrics.drain();
    }
  }
}
