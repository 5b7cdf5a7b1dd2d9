package dev.unmask.server.grpc;

import com.google.protobuf.UnsafeByteOperations;
import dev.unmask.protocol.InferParameter;
import dev.unmask.protocol.ModelInferRequest;
import dev.unmask.protocol.ModelInferRequest.InferInputTensor;
import dev.unmask.protocol.ModelInferRequest.InferRequestedOutputTensor;
import dev.unmask.protocol.ModelInferResponse;
import dev.unmask.protocol.ModelInferResponse.InferOutputTensor;
import dev.unmask.request.Datatype;
import dev.unmask.request.InferRequest;
import dev.unmask.request.InferResponse;
import dev.unmask.request.Tensor;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import dev.unmask.server.ServedModel;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Translates inference requests and responses. Raw contents are not copied: a request's tensors lie
 * in its message, a response's message in its tensors.
 */
final class InferMessages {
  private InferMessages() {}

  /**
   * Reads a request.
   *
   * @param parameters read from the same message
   * @param arrivalNanos when it arrived
   * @throws UnmaskException INVALID_ARGUMENT for inputs without data, or with data in both forms or
   *     of the wrong type or size; UNSUPPORTED for shared memory and classification
   */
  static InferRequest request(
      ModelInferRequest message, RequestParameters parameters, long arrivalNanos) {
    return new InferRequest(
        message.getId(),
        parameters.values(),
        inputs(message),
        outputs(message.getOutputsList()),
        arrivalNanos);
  }

  private static List<Tensor> inputs(ModelInferRequest message) {
    String model = message.getModelName();
    int raw = message.getRawInputContentsCount();
    List<Tensor> tensors = new ArrayList<>(message.getInputsCount());
    for (InferInputTensor input : message.getInputsList()) {
      refuse("shared_memory_region", "input", input.getName(), input.getParametersMap());
      tensors.add(tensor(message, input, tensors.size()));
    }
    if (raw > tensors.size()) {
      throw UnmaskException.invalid(
          "raw_input_contents has "
              + raw
              + " entries for "
              + tensors.size()
              + " inputs of model '"
              + model
              + "'");
    }
    return tensors;
  }

  private static Tensor tensor(ModelInferRequest message, InferInputTensor input, int index) {
    String model = message.getModelName();
    String name = input.getName();
    int raw = message.getRawInputContentsCount();
    if (input.hasContents() && raw > 0) {
      throw UnmaskException.invalid(
          "contents field must not be specified when using raw_input_contents for '"
              + name
              + "' for model '"
              + model
              + "'");
    }
    Datatype datatype = Datatype.of(input.getDatatype(), name);
    ByteBuffer content;
    if (input.hasContents()) {
      content = TypedContents.encode(model, input, datatype);
    } else if (index < raw) {
      content = message.getRawInputContents(index).asReadOnlyByteBuffer();
    } else {
      throw UnmaskException.invalid(
          "unable to find data for input tensor '"
              + name
              + "' for model '"
              + model
              + "' in request.");
    }
    long[] shape = new long[input.getShapeCount()];
    for (int i = 0; i < shape.length; i++) {
      shape[i] = input.getShape(i);
    }
    return Tensor.of(name, datatype, shape, content);
  }

  private static Set<String> outputs(List<InferRequestedOutputTensor> outputs) {
    Set<String> names = new HashSet<>();
    for (InferRequestedOutputTensor output : outputs) {
      refuse("shared_memory_region", "output", output.getName(), output.getParametersMap());
      refuse("classification", "output", output.getName(), output.getParametersMap());
      names.add(output.getName());
    }
    return names;
  }

  private static void refuse(
      String parameter, String kind, String tensor, Map<String, InferParameter> parameters) {
    if (parameters.containsKey(parameter)) {
      throw new UnmaskException(
          ErrorCode.UNSUPPORTED,
          kind + " '" + tensor + "' has parameter '" + parameter + "', which is not supported");
    }
  }

  /**
   * Writes a response.
   *
   * @param id the request's
   */
  static ModelInferResponse.Builder response(ServedModel model, String id, InferResponse response) {
    ModelInferResponse.Builder message =
        ModelInferResponse.newBuilder()
            .setModelName(model.name())
            .setModelVersion(model.version())
            .setId(id);
    response.parameters().forEach((name, value) -> message.putParameters(name, parameter(value)));
    for (Tensor output : response.outputs()) {
      InferOutputTensor.Builder tensor =
          InferOutputTensor.newBuilder()
              .setName(output.name())
              .setDatatype(output.datatype().name());
      for (long dim : output.shape()) {
        tensor.addShape(dim);
      }
      message.addOutputs(tensor);
      message.addRawOutputContents(UnsafeByteOperations.unsafeWrap(output.content()));
    }
    return message;
  }

  private static InferParameter parameter(Object value) {
    InferParameter.Builder parameter = InferParameter.newBuilder();
    if (value instanceof Boolean bool) {
      parameter.setBoolParam(bool);
    } else if (value instanceof Long integer) {
      parameter.setInt64Param(integer);
    } else if (value instanceof Double real) {
      parameter.setDoubleParam(real);
    } else {
      parameter.setStringParam((String) value);
    }
    return parameter.build();
  }
}
