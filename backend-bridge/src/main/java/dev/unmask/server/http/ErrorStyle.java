package dev.unmask.server.http;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.nio.charset.StandardCharsets;

/**
 * How an API words the errors that are found before its handler runs, or that the handler throws.
 */
public interface ErrorStyle {
  /** Triton's: {@code {"error": "<message>"}}, and 400 for a body that is too large. */
  ErrorStyle TRITON =
      new ErrorStyle() {
        @Override
        public int status(int status) {
          return status == HttpErrors.TOO_LARGE ? HttpErrors.BAD_REQUEST : status;
        }

        @Override
        public byte[] body(int status, String message) {
          return JsonNodeFactory.instance
              .objectNode()
              .put("error", message)
              .toString()
              .getBytes(StandardCharsets.UTF_8);
        }
      };

  /**
   * The status that this API answers with.
   *
   * @param status the status by HTTP's own definitions
   */
  default int status(int status) {
    return status;
  }

  /** A JSON body, UTF-8. */
  byte[] body(int status, String message);
}
