package dev.unmask.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Requests over HTTP with the standard library's client. */
final class HttpClientFixture {
  static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration TIMEOUT = Duration.ofMinutes(2);

  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final URI base;

  HttpClientFixture(int port) {
    base = URI.create("http://127.0.0.1:" + port);
  }

  /** A response. */
  record Reply(int status, HttpHeaders headers, byte[] body) {
    String text() {
      return new String(body, StandardCharsets.UTF_8);
    }

    JsonNode json() {
      return parse(text());
    }

    String header(String name) {
      return headers.firstValue(name).orElse(null);
    }

    /** The error that the body states. */
    String error() {
      return json().path("error").asText(text());
    }

    /** Requires a status, and shows the body where it is another. */
    Reply expect(int wanted) {
      assertEquals(wanted, status, this::text);
      return this;
    }

    /** The events of a stream: each is {@code data: JSON} and an empty line, nothing else. */
    List<JsonNode> events() {
      List<JsonNode> events = new ArrayList<>();
      String rest = text();
      while (!rest.isEmpty()) {
        int end = rest.indexOf("\n\n");
        if (!rest.startsWith("data: ") || end < 0) {
          throw new AssertionError("not an event: " + rest);
        }
        events.add(parse(rest.substring("data: ".length(), end)));
        rest = rest.substring(end + 2);
      }
      return events;
    }
  }

  static JsonNode parse(String json) {
    try {
      return JSON.readTree(json);
    } catch (JsonProcessingException e) {
      throw new AssertionError("no JSON: " + json, e);
    }
  }

  /** Serializes JSON. */
  static String write(Object value) {
    try {
      return JSON.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new AssertionError(e);
    }
  }

  Reply get(String path, String... headers) {
    return send("GET", path, new byte[0], headers);
  }

  Reply post(String path, String body, String... headers) {
    return send("POST", path, body.getBytes(StandardCharsets.UTF_8), headers);
  }

  /** Calls {@code generate}. */
  Reply generate(String model, Object body) {
    return post("/v2/models/" + model + "/generate", write(body));
  }

  /** Calls {@code generate_stream} and reads it to its end. */
  Reply generateStream(String model, Object body) {
    return post("/v2/models/" + model + "/generate_stream", write(body));
  }

  /**
   * Sends a request.
   *
   * @param headers names and values in turn
   */
  Reply send(String method, String path, byte[] body, String... headers) {
    try {
      HttpResponse<byte[]> response =
          client.send(request(method, path, body, headers), BodyHandlers.ofByteArray());
      return new Reply(response.statusCode(), response.headers(), response.body());
    } catch (IOException e) {
      throw new AssertionError(method + " " + path, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /** Begins a stream; closing it early ends the connection. */
  InputStream open(String path, String body) {
    try {
      return client
          .send(
              request("POST", path, body.getBytes(StandardCharsets.UTF_8)),
              BodyHandlers.ofInputStream())
          .body();
    } catch (IOException e) {
      throw new AssertionError(path, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  private HttpRequest request(String method, String path, byte[] body, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(base.resolve(path))
            .timeout(TIMEOUT)
            .method(
                method,
                body.length == 0 && !method.equals("POST")
                    ? BodyPublishers.noBody()
                    : BodyPublishers.ofByteArray(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return request.build();
  }
}
