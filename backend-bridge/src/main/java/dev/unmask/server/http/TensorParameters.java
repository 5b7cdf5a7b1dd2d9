package dev.unmask.server.http;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;

/**
 * Parameters of an input or output in the JSON of {@code infer}; those not known are ignored.
 *
 * @param binarySize {@code binary_data_size}, -1 for none
 * @param binary {@code binary_data}, null for none
 * @param sharedMemory {@code shared_memory_region}, null for none
 * @param classification whether {@code classification} asks for classes
 */
record TensorParameters(
    long binarySize, Boolean binary, String sharedMemory, boolean classification) {
  static final TensorParameters NONE = new TensorParameters(-1, null, null, false);

  /** Reads the object that the parser is on. */
  static TensorParameters read(JsonParser parser) throws IOException {
    Json.requireObject(parser, "'parameters'");
    long binarySize = -1;
    Boolean binary = null;
    String sharedMemory = null;
    boolean classification = false;
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      parser.nextToken();
      switch (name) {
        case "binary_data_size" -> binarySize = Json.count(parser, name);
        case "binary_data" -> binary = Json.bool(parser, name);
        case "shared_memory_region" -> sharedMemory = Json.string(parser, name);
        case "classification" -> classification = Json.count(parser, name) > 0;
        default -> parser.skipChildren();
      }
    }
    return new TensorParameters(binarySize, binary, sharedMemory, classification);
  }
}
