package dev.unmask.load;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** Translates requests and responses of {@code generate_stream}. */
final class SseMessages {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private SseMessages() {}

  /** The body of a request. */
  static byte[] request(LoadRequest request) throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream(512);
    try (JsonGenerator json = JSON.createGenerator(body)) {
      json.writeStartObject();
      if (!request.id().isEmpty()) {
        json.writeStringField("id", request.id());
      }
      json.writeStringField("text_input", request.prompt());
      json.writeBooleanField("stream", true);
      for (Map.Entry<String, Object> parameter : request.parameters().entrySet()) {
        json.writeObjectField(parameter.getKey(), parameter.getValue());
      }
      json.writeEndObject();
    }
    return body.toByteArray();
  }

  /** The outputs of an event; its error, if it is one, is the value {@code error}. */
  static Chunk chunk(long nanos, String event) throws IOException {
    Map<String, Object> values = new HashMap<>();
    int[] ids = {};
    try (JsonParser json = JSON.createParser(event)) {
      json.nextToken();
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String name = json.currentName();
        json.nextToken();
        if (name.equals("output_ids")) {
          ids = ids(json);
        } else {
          values.put(name, value(json));
        }
      }
    }
    return new Chunk(nanos, values, ids);
  }

  private static int[] ids(JsonParser json) throws IOException {
    if (!json.hasToken(JsonToken.START_ARRAY)) {
      return new int[] {json.getIntValue()};
    }
    int[] ids = new int[16];
    int count = 0;
    while (json.nextToken() != JsonToken.END_ARRAY) {
      ids = count == ids.length ? Arrays.copyOf(ids, count * 2) : ids;
      ids[count++] = json.getIntValue();
    }
    return Arrays.copyOf(ids, count);
  }

  private static Object value(JsonParser json) throws IOException {
    return switch (json.currentToken()) {
      case VALUE_NUMBER_INT -> json.getLongValue();
      case VALUE_NUMBER_FLOAT -> json.getDoubleValue();
      default -> json.getText();
    };
  }
}
