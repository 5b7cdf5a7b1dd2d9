package dev.unmask.server.openai;

import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An error as this API words it.
 *
 * @param status HTTP status
 * @param message one line for people
 * @param type who is at fault: {@code invalid_request_error} or {@code server_error}
 * @param param the field that is wrong; null where it is none
 * @param code what a program can tell it by; null where there is nothing to tell
 */
record OpenAiError(int status, String message, String type, String param, String code) {
  private static final int BAD_REQUEST = 400;
  private static final int NOT_FOUND = 404;
  private static final int INTERNAL = 500;
  private static final int UNAVAILABLE = 503;

  private static final Map<String, String> RETRY_AFTER = Map.of("retry-after", "1");

  /** Messages about a field begin with its path and {@code =}. */
  private static final Pattern FIELD =
      Pattern.compile("([a-z_]+(?:\\[\\d+\\])*(?:\\.[a-z_]+(?:\\[\\d+\\])*)*)=");

  /** The error for a failure. */
  static OpenAiError of(UnmaskException e) {
    return switch (e.code()) {
      case INVALID_ARGUMENT, ALREADY_EXISTS, UNSUPPORTED ->
          invalid(
              BAD_REQUEST,
              e.getMessage(),
              field(e.getMessage()),
              e.isContextExceeded() ? "context_length_exceeded" : null);
      case NOT_FOUND -> invalid(NOT_FOUND, e.getMessage(), "model", "model_not_found");
      // A client that gave up is not there to read it: the server gave the request up.
      case UNAVAILABLE, CANCELLED ->
          new OpenAiError(UNAVAILABLE, e.getMessage(), "server_error", null, "service_unavailable");
      case INTERNAL -> new OpenAiError(INTERNAL, e.getMessage(), "server_error", null, null);
    };
  }

  /** The error for a status that no handler of this API chose, such as 405. */
  static OpenAiError of(int status, String message) {
    if (status == UNAVAILABLE) {
      return of(new UnmaskException(ErrorCode.UNAVAILABLE, message));
    }
    return status >= INTERNAL
        ? new OpenAiError(status, message, "server_error", null, null)
        : invalid(status, message, null, null);
  }

  private static OpenAiError invalid(int status, String message, String param, String code) {
    return new OpenAiError(status, message, "invalid_request_error", param, code);
  }

  private static String field(String message) {
    Matcher matcher = FIELD.matcher(message);
    return matcher.lookingAt() ? matcher.group(1) : null;
  }

  /** Headers of the answer. */
  Map<String, String> headers() {
    return status == UNAVAILABLE ? RETRY_AFTER : Map.of();
  }

  /** The body, UTF-8. */
  byte[] body() {
    return Json.write(
        json -> {
          json.writeStartObject();
          json.writeObjectFieldStart("error");
          json.writeStringField("message", message);
          json.writeStringField("type", type);
          json.writeStringField("param", param);
          json.writeStringField("code", code);
          json.writeEndObject();
          json.writeEndObject();
        });
  }
}
