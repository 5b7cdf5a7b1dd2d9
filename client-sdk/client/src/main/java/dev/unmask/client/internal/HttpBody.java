package dev.unmask.client.internal;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;

/**
 * A whole response.
 *
 * @param headers by names in lower case
 * @param bytes the body
 */
record HttpBody(Map<String, String> headers, byte[] bytes) {
  /**
   * The body as JSON.
   *
   * @throws ReadException where it is none, or says an error
   */
  JsonNode json() {
    return json(bytes.length);
  }

  /** The first bytes of the body as JSON. */
  JsonNode json(int length) {
    JsonNode json = Json.read(bytes, 0, length, "response");
    if (!json.isContainerNode()) {
      throw ReadException.protocol("response is no JSON object");
    }
    HttpErrors.check(json);
    return json;
  }
}
