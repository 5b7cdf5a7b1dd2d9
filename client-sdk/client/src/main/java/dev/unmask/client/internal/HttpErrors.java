package dev.unmask.client.internal;

import com.fasterxml.jackson.databind.JsonNode;
import dev.unmask.client.ErrorCode;
import java.nio.charset.StandardCharsets;

/** Errors as HTTP answers say them. */
final class HttpErrors {
  private static final int MAX_TEXT = 500;

  private HttpErrors() {}

  /** Throws where a document is an error, whatever the status was. */
  static void check(JsonNode json) {
    JsonNode error = json.get("error");
    if (error != null && !error.isNull()) {
      throw new ReadException(ErrorCode.UNKNOWN, text(error));
    }
  }

  private static String text(JsonNode error) {
    return error.isObject() && error.has("message")
        ? error.get("message").asText()
        : error.isTextual() ? error.asText() : error.toString();
  }

  /** What a status other than success says. */
  static ReadException of(int status, byte[] body) {
    String message;
    try {
      JsonNode error = Json.read(body, 0, body.length, "response").get("error");
      message = error == null ? null : text(error);
    } catch (ReadException e) {
      message = null;
    }
    if (message == null) {
      String text = new String(body, StandardCharsets.UTF_8).strip();
      message =
          "HTTP status "
              + status
              + (text.isEmpty() ? "" : ": " + text.substring(0, Math.min(MAX_TEXT, text.length())));
    }
    return new ReadException(HttpStatus.code(status), message);
  }
}
