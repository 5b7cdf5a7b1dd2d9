package dev.unmask.server.http;

import dev.unmask.protocol.ModelMetadataResponse.TensorMetadata;
import dev.unmask.request.Datatype;
import dev.unmask.request.InferRequest;
import dev.unmask.request.Tensor;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import dev.unmask.server.ServedModel;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Turns the body of {@code infer} into a request: JSON, then the bytes of binary tensors. */
final class InferRequestReader {
  /**
   * A request and the form in which its outputs are wanted.
   *
   * @param binaryDefault for outputs that {@code binary} does not hold
   * @param binary by output
   */
  record Parsed(InferRequest request, boolean binaryDefault, Map<String, Boolean> binary) {
    boolean isBinary(String output) {
      Boolean wanted = binary.get(output);
      return wanted == null ? binaryDefault : wanted;
    }
  }

  private InferRequestReader() {}

  /**
   * Reads a body.
   *
   * @param body decompressed
   * @param jsonLength bytes of JSON at its start; -1 where the client gives none and all of it is
   *     JSON, 0 where all of it is one input's data
   * @throws UnmaskException INVALID_ARGUMENT naming what is wrong
   */
  static Parsed read(ServedModel model, byte[] body, int jsonLength, long arrivalNanos) {
    return jsonLength == 0
        ? raw(model, body, arrivalNanos)
        : document(model, body, jsonLength < 0 ? body.length : jsonLength, arrivalNanos);
  }

  private static Parsed document(
      ServedModel model, byte[] body, int jsonLength, long arrivalNanos) {
    InferDocument document = InferDocumentReader.read(body, jsonLength);
    List<Tensor> tensors = new ArrayList<>(document.inputs().size());
    Set<String> names = new HashSet<>();
    int position = jsonLength;
    for (InferInput input : document.inputs()) {
      if (!names.add(input.name())) {
        throw UnmaskException.invalid("input '" + input.name() + "' already exists in request");
      }
      Datatype datatype = Datatype.of(input.datatype(), input.name());
      if (input.sharedMemory() != null) {
        throw new UnmaskException(
            ErrorCode.UNSUPPORTED,
            "input '"
                + input.name()
                + "' is in shared memory region '"
                + input.sharedMemory()
                + "', but this server does not offer shared memory");
      }
      if (input.binarySize() < 0) {
        tensors.add(json(body, input, datatype));
        continue;
      }
      long missing = input.binarySize() - (body.length - position);
      if (missing > 0) {
        throw UnmaskException.invalid(
            "unexpected size for input '"
                + input.name()
                + "', expecting "
                + missing
                + " additional bytes for model '"
                + model.name()
                + "'");
      }
      int size = (int) input.binarySize();
      ByteBuffer content = ByteBuffer.wrap(body, position, size);
      tensors.add(Tensor.of(input.name(), datatype, input.shape(), content));
      position += size;
    }
    if (position != body.length) {
      throw UnmaskException.invalid(
          "unexpected additional input data for model '" + model.name() + "'");
    }
    InferRequest request =
        new InferRequest(
            document.id(),
            document.parameters(),
            tensors,
            document.outputs().keySet(),
            arrivalNanos);
    return new Parsed(request, document.binaryOutput(), document.outputs());
  }

  private static Tensor json(byte[] body, InferInput input, Datatype datatype) {
    return Json.read(
        body,
        input.dataStart(),
        input.dataEnd() - input.dataStart(),
        parser -> TensorJsonReader.nested(parser, input.name(), datatype, input.shape()));
  }

  /** A body without JSON: the data of the model's only input, and every output binary. */
  private static Parsed raw(ServedModel model, byte[] body, long arrivalNanos) {
    List<TensorMetadata> inputs = model.metadata().getInputsList();
    if (inputs.size() != 1) {
      throw UnmaskException.invalid(
          "Raw request must only have 1 input (found 1) to be deduced but got "
              + inputs.size()
              + " inputs in '"
              + model.name()
              + "' model configuration");
    }
    TensorMetadata input = inputs.get(0);
    Datatype datatype = Datatype.of(input.getDatatype(), input.getName());
    ByteBuffer content = ByteBuffer.wrap(body);
    long elements;
    if (datatype == Datatype.BYTES) {
      elements = 1;
      content =
          ByteBuffer.allocate(Integer.BYTES + body.length)
              .order(ByteOrder.LITTLE_ENDIAN)
              .putInt(body.length)
              .put(body)
              .flip();
    } else {
      elements = body.length / datatype.size();
    }
    long[] dims = input.getShapeList().stream().mapToLong(Long::longValue).toArray();
    long[] shape = TensorShapes.fit(input.getName(), dims, elements);
    Tensor tensor = Tensor.of(input.getName(), datatype, shape, content);
    return new Parsed(
        new InferRequest("", Map.of(), List.of(tensor), Set.of(), arrivalNanos), true, Map.of());
  }
}
