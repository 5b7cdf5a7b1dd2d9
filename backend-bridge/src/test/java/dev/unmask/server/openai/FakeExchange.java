package dev.unmask.server.openai;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.unmask.server.http.HttpExchange;
import dev.unmask.server.http.HttpStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** An exchange that keeps what it is answered with, and refuses to be answered twice. */
final class FakeExchange implements HttpExchange, HttpStream {
  static final long ARRIVAL_NANOS = 42;
  static final String REQUEST_ID = "req-1";

  private static final JsonMapper JSON = new JsonMapper();

  private final String method;
  private final String path;
  private final byte[] request;
  private final List<Runnable> disconnectActions = new ArrayList<>();
  private final ByteArrayOutputStream received = new ByteArrayOutputStream();
  private boolean disconnected;
  private boolean streaming;

  /** Whether the answer is complete. */
  boolean complete;

  int status;
  String contentType;
  Map<String, String> headers;

  /** Sizes of the chunks of a streamed answer. */
  final List<Integer> chunks = new ArrayList<>();

  FakeExchange(String method, String path, String body) {
    this.method = method;
    this.path = path;
    this.request = body.getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public String method() {
    return method;
  }

  @Override
  public String path() {
    return path;
  }

  @Override
  public String query(String name) {
    return null;
  }

  @Override
  public String header(String name) {
    return null;
  }

  @Override
  public byte[] body() {
    return request;
  }

  @Override
  public long arrivalNanos() {
    return ARRIVAL_NANOS;
  }

  @Override
  public String requestId() {
    return REQUEST_ID;
  }

  @Override
  public void respond(int code, String type, Map<String, String> with, byte[] body) {
    begin(code, type, with);
    received.writeBytes(body);
    complete = true;
  }

  @Override
  public HttpStream stream(int code, String type, Map<String, String> with) {
    begin(code, type, with);
    streaming = true;
    return this;
  }

  private void begin(int code, String type, Map<String, String> with) {
    if (status != 0) {
      throw new AssertionError("answered twice: " + status + ", " + code);
    }
    status = code;
    contentType = type;
    headers = with;
  }

  @Override
  public void write(byte[] chunk) {
    if (!streaming || complete) {
      throw new AssertionError("a chunk outside of a stream");
    }
    chunks.add(chunk.length);
    received.writeBytes(chunk);
  }

  @Override
  public void end() {
    if (!streaming || complete) {
      throw new AssertionError("an end outside of a stream");
    }
    complete = true;
  }

  @Override
  public void onDisconnect(Runnable action) {
    if (disconnected) {
      action.run();
    } else {
      disconnectActions.add(action);
    }
  }

  /** The client goes away. */
  void disconnect() {
    disconnected = true;
    disconnectActions.forEach(Runnable::run);
  }

  /** What was answered so far. */
  String text() {
    return received.toString(StandardCharsets.UTF_8);
  }

  /** The body that was answered. */
  JsonNode json() {
    return parse(text());
  }

  /** Data of the events that were sent so far. */
  List<String> events() {
    String text = text();
    List<String> events = new ArrayList<>();
    int at = 0;
    while (at < text.length()) {
      int end = text.indexOf("\n\n", at);
      if (end < 0 || !text.startsWith("data: ", at)) {
        throw new AssertionError("not an event: " + text.substring(at));
      }
      events.add(text.substring(at + "data: ".length(), end));
      at = end + 2;
    }
    return events;
  }

  static JsonNode parse(String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new AssertionError(text, e);
    }
  }
}
