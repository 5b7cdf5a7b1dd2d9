package dev.unmask.server.http;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads the JSON of one {@code infer} request. */
final class InferDocumentReader {
  private String id = "";
  private final Map<String, Object> parameters = new LinkedHashMap<>();
  private boolean binaryOutput;
  private List<InferInput> inputs;
  private final Map<String, Boolean> outputs = new LinkedHashMap<>();

  private InferDocumentReader() {}

  /**
   * Reads a document.
   *
   * @throws UnmaskException INVALID_ARGUMENT naming what is wrong
   */
  static InferDocument read(byte[] body, int length) {
    return Json.read(body, 0, length, parser -> new InferDocumentReader().document(parser));
  }

  private InferDocument document(JsonParser parser) throws IOException {
    Json.requireObject(parser, "request JSON");
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String field = parser.currentName();
      parser.nextToken();
      switch (field) {
        case "id" -> id = Json.string(parser, field);
        case "parameters" -> parameters(parser);
        case "inputs" -> inputs(parser);
        case "outputs" -> outputs(parser);
        default -> parser.skipChildren();
      }
    }
    if (inputs == null) {
      throw UnmaskException.invalid("Unable to parse 'inputs': it is missing");
    }
    return new InferDocument(id, parameters, binaryOutput, inputs, outputs);
  }

  private void parameters(JsonParser parser) throws IOException {
    Json.requireObject(parser, "'parameters'");
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      parser.nextToken();
      switch (name) {
        case "priority", "timeout" -> parameters.put(name, Json.count(parser, name));
        case "binary_data_output" -> binaryOutput = Json.bool(parser, name);
        // Flags of stateful models, which none of ours is: checked, and without effect.
        case "sequence_start", "sequence_end" -> Json.bool(parser, name);
        case "sequence_id" -> sequenceId(parser);
        default -> {
          if (name.startsWith("triton_")) {
            throw UnmaskException.invalid(
                "parameter keys starting with 'triton_' are reserved for Triton usage and should"
                    + " not be specified.");
          }
          parameters.put(name, Json.parameter(parser, name));
        }
      }
    }
  }

  private static void sequenceId(JsonParser parser) throws IOException {
    if (!parser.hasToken(JsonToken.VALUE_STRING)) {
      Json.count(parser, "sequence_id");
    }
  }

  private void inputs(JsonParser parser) throws IOException {
    Json.requireArray(parser, "inputs");
    inputs = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      inputs.add(input(parser));
    }
  }

  private static InferInput input(JsonParser parser) throws IOException {
    Json.requireObject(parser, "an element of 'inputs'");
    String name = null;
    String datatype = null;
    long[] shape = null;
    int dataStart = -1;
    int dataEnd = -1;
    TensorParameters tensor = TensorParameters.NONE;
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String field = parser.currentName();
      parser.nextToken();
      switch (field) {
        case "name" -> name = Json.string(parser, field);
        case "datatype" -> datatype = Json.string(parser, field);
        case "shape" -> shape = shape(parser);
        case "parameters" -> tensor = TensorParameters.read(parser);
        case "data" -> {
          dataStart = (int) parser.currentTokenLocation().getByteOffset();
          if (dataStart < 0) {
            throw UnmaskException.invalid("request JSON is not UTF-8");
          }
          parser.skipChildren();
          dataEnd = (int) parser.currentLocation().getByteOffset();
        }
        default -> parser.skipChildren();
      }
    }
    present("name", name);
    present("datatype", datatype);
    present("shape", shape);
    requireOneContent(dataStart >= 0, tensor);
    return new InferInput(
        name, datatype, shape, dataStart, dataEnd, tensor.binarySize(), tensor.sharedMemory());
  }

  private static void present(String field, Object value) {
    if (value == null) {
      throw UnmaskException.invalid("Unable to parse '" + field + "': it is missing");
    }
  }

  private static void requireOneContent(boolean data, TensorParameters tensor) {
    StringBuilder set = new StringBuilder();
    int contents = 0;
    if (data) {
      contents++;
      set.append(" 'data'");
    }
    if (tensor.binarySize() >= 0) {
      contents++;
      set.append(" 'binary_data_size'");
    }
    if (tensor.sharedMemory() != null) {
      contents++;
      set.append(" 'shared_memory_region'");
    }
    if (contents != 1) {
      throw UnmaskException.invalid(
          "Input must set only one of the following fields: 'data', 'binary_data_size' in"
              + " 'parameters', 'shared_memory_region' in 'parameters'. But"
              + (contents == 0 ? " no field is set" : " set" + set));
    }
  }

  private static long[] shape(JsonParser parser) throws IOException {
    Json.requireArray(parser, "shape");
    long[] shape = new long[4];
    int dims = 0;
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      if (dims == shape.length) {
        shape = Arrays.copyOf(shape, 2 * dims);
      }
      shape[dims++] = Json.count(parser, "shape");
    }
    return Arrays.copyOf(shape, dims);
  }

  private void outputs(JsonParser parser) throws IOException {
    Json.requireArray(parser, "outputs");
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      Json.requireObject(parser, "an element of 'outputs'");
      String name = null;
      TensorParameters tensor = TensorParameters.NONE;
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String field = parser.currentName();
        parser.nextToken();
        switch (field) {
          case "name" -> name = Json.string(parser, field);
          case "parameters" -> tensor = TensorParameters.read(parser);
          default -> parser.skipChildren();
        }
      }
      present("name", name);
      if (tensor.sharedMemory() != null || tensor.classification()) {
        throw new UnmaskException(
            ErrorCode.UNSUPPORTED,
            "output '"
                + name
                + "' asks for "
                + (tensor.classification() ? "classification" : "shared memory")
                + ", which this server does not offer");
      }
      outputs.put(name, tensor.binary());
    }
  }
}
