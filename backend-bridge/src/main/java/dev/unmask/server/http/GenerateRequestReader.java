package dev.unmask.server.http;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.unmask.protocol.ModelMetadataResponse;
import dev.unmask.protocol.ModelMetadataResponse.TensorMetadata;
import dev.unmask.request.Datatype;
import dev.unmask.request.InferRequest;
import dev.unmask.request.Tensor;
import dev.unmask.scheduler.UnmaskException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Turns the JSON of one {@code generate} into a request: keys that name an input become tensors,
 * all others request parameters; those within {@code parameters} likewise.
 */
final class GenerateRequestReader {
  private static final String NESTED = "parameters";

  private final ModelMetadataResponse metadata;
  private final List<Tensor> tensors = new ArrayList<>();
  private final Map<String, Object> parameters = new LinkedHashMap<>();
  private String id = "";

  private GenerateRequestReader(ModelMetadataResponse metadata) {
    this.metadata = metadata;
  }

  /**
   * Reads a body.
   *
   * @throws UnmaskException INVALID_ARGUMENT naming what is wrong
   */
  static InferRequest read(ModelMetadataResponse metadata, byte[] body, long arrivalNanos) {
    GenerateRequestReader reader = new GenerateRequestReader(metadata);
    Json.read(
        body,
        0,
        body.length,
        parser -> {
          reader.members(parser, "request JSON", true);
          return reader;
        });
    return new InferRequest(reader.id, reader.parameters, reader.tensors, Set.of(), arrivalNanos);
  }

  private void members(JsonParser parser, String what, boolean top) throws IOException {
    Json.requireObject(parser, what);
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String key = parser.currentName();
      parser.nextToken();
      if (top && key.equals("id")) {
        id = Json.string(parser, key);
      } else if (top && key.equals(NESTED)) {
        nested(parser);
      } else {
        member(parser, key);
      }
    }
  }

  private void nested(JsonParser parser) throws IOException {
    if (!parser.hasToken(JsonToken.START_OBJECT)) {
      throw UnmaskException.invalid("Expected JSON object for keyword: '" + NESTED + "'");
    }
    members(parser, NESTED, false);
  }

  private void member(JsonParser parser, String key) throws IOException {
    TensorMetadata input = input(key);
    if (input == null) {
      if (parameters.put(key, Json.parameter(parser, key)) != null) {
        throw UnmaskException.invalid("parameter '" + key + "' already exists in request");
      }
      return;
    }
    for (Tensor tensor : tensors) {
      if (tensor.name().equals(key)) {
        throw UnmaskException.invalid("input '" + key + "' already exists in request");
      }
    }
    long[] dims = new long[input.getShapeCount()];
    for (int i = 0; i < dims.length; i++) {
      dims[i] = input.getShape(i);
    }
    Datatype datatype = Datatype.of(input.getDatatype(), key);
    tensors.add(TensorJsonReader.flat(parser, key, datatype, dims));
  }

  /** The input of that name; null for none. */
  private TensorMetadata input(String name) {
    for (TensorMetadata input : metadata.getInputsList()) {
      if (input.getName().equals(name)) {
        return input;
      }
    }
    return null;
  }
}
