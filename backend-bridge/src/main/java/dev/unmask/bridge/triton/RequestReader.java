package dev.unmask.bridge.triton;

import static dev.unmask.bridge.triton.TritonErrors.check;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONBACKEND_InferenceRequestTimeoutMicroseconds;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONBACKEND_InputBuffer;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONBACKEND_InputProperties;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONBACKEND_RequestId;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONBACKEND_RequestInputByIndex;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONBACKEND_RequestInputCount;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONBACKEND_RequestOutputCount;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONBACKEND_RequestOutputName;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONBACKEND_RequestParameter;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONBACKEND_RequestParameterCount;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_MEMORY_CPU;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_MEMORY_GPU;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_PARAMETER_BOOL;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_PARAMETER_DOUBLE;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_PARAMETER_INT;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_PARAMETER_STRING;

import dev.unmask.repository.TensorSpecs;
import dev.unmask.request.Datatype;
import dev.unmask.request.InferRequest;
import dev.unmask.request.Tensor;
import dev.unmask.scheduler.UnmaskException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bytedeco.tritonserver.tritonserver.TRITONBACKEND_Request;

/**
 * Reads a request as Triton holds it. Tensors are views of Triton's buffers; only one that comes in
 * several buffers is put together in a copy.
 */
final class RequestReader {
  private static final String TIMEOUT = "timeout";

  private RequestReader() {}

  /**
   * What a request asks for.
   *
   * @throws UnmaskException INVALID_ARGUMENT naming the input that cannot be read
   */
  static InferRequest read(TRITONBACKEND_Request request, long arrivalNanos) {
    Scratch scratch = Scratch.get();
    check(TRITONBACKEND_RequestId(request, scratch.pointer));
    String id = Scratch.text(scratch.pointer());
    return new InferRequest(
        id,
        parameters(request, scratch),
        inputs(request, scratch),
        outputs(request, scratch),
        arrivalNanos);
  }

  private static Map<String, Object> parameters(TRITONBACKEND_Request request, Scratch scratch) {
    Map<String, Object> parameters = new HashMap<>();
    check(TRITONBACKEND_InferenceRequestTimeoutMicroseconds(request, scratch.number));
    if (scratch.number() != 0) {
      parameters.put(TIMEOUT, scratch.number());
    }
    check(TRITONBACKEND_RequestParameterCount(request, scratch.count));
    int count = scratch.count();
    for (int i = 0; i < count; i++) {
      check(
          TRITONBACKEND_RequestParameter(
              request, i, scratch.pointer, scratch.count, scratch.secondPointer));
      Object value = value(scratch.count(), scratch.secondPointer());
      if (value != null) {
        parameters.put(Scratch.text(scratch.pointer()), value);
      }
    }
    return parameters;
  }

  /** A parameter's value; null for a type that means nothing here. */
  private static Object value(int type, long address) {
    if (type == TRITONSERVER_PARAMETER_STRING) {
      return Scratch.text(address);
    }
    if (type == TRITONSERVER_PARAMETER_BOOL) {
      return Scratch.view(address, 1).get(0) != 0;
    }
    if (type == TRITONSERVER_PARAMETER_INT) {
      return Scratch.view(address, Long.BYTES).order(ByteOrder.nativeOrder()).getLong(0);
    }
    if (type == TRITONSERVER_PARAMETER_DOUBLE) {
      return Scratch.view(address, Double.BYTES).order(ByteOrder.nativeOrder()).getDouble(0);
    }
    return null;
  }

  /**
   * The outputs that the client named. Triton names them all where the client names none, which
   * {@link dev.unmask.request.InferRequest} has as none; this saves reading the names.
   */
  private static Set<String> outputs(TRITONBACKEND_Request request, Scratch scratch) {
    check(TRITONBACKEND_RequestOutputCount(request, scratch.count));
    int count = scratch.count();
    if (count == TensorSpecs.OUTPUTS.size()) {
      return Set.of();
    }
    Set<String> outputs = new HashSet<>();
    for (int i = 0; i < count; i++) {
      check(TRITONBACKEND_RequestOutputName(request, i, scratch.pointer));
      outputs.add(Scratch.text(scratch.pointer()));
    }
    return outputs;
  }

  private static List<Tensor> inputs(TRITONBACKEND_Request request, Scratch scratch) {
    check(TRITONBACKEND_RequestInputCount(request, scratch.count));
    int count = scratch.count();
    List<Tensor> inputs = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      check(TRITONBACKEND_RequestInputByIndex(request, i, scratch.pointer));
      inputs.add(input(new Handles.Input(scratch.pointer()), scratch));
    }
    return inputs;
  }

  private static Tensor input(Handles.Input input, Scratch scratch) {
    check(
        TRITONBACKEND_InputProperties(
            input,
            scratch.pointer,
            scratch.count,
            scratch.secondPointer,
            scratch.secondCount,
            scratch.number,
            scratch.thirdCount));
    String name = Scratch.text(scratch.pointer());
    Datatype datatype = Datatypes.of(scratch.count(), name);
    long[] shape = shape(scratch.secondPointer(), scratch.secondCount());
    long bytes = scratch.number();
    int buffers = scratch.thirdCount();
    if (bytes > Integer.MAX_VALUE) {
      throw UnmaskException.invalid("input '" + name + "' has " + bytes + " bytes, too many");
    }
    ByteBuffer content =
        buffers == 1
            ? buffer(input, name, 0, scratch)
            : joined(input, name, (int) bytes, buffers, scratch);
    return Tensor.of(name, datatype, shape, content);
  }

  private static long[] shape(long address, int dims) {
    long[] shape = new long[dims];
    Scratch.view(address, (long) dims * Long.BYTES)
        .order(ByteOrder.nativeOrder())
        .asLongBuffer()
        .get(shape);
    return shape;
  }

  private static ByteBuffer joined(
      Handles.Input input, String name, int bytes, int buffers, Scratch scratch) {
    ByteBuffer all = ByteBuffer.allocate(bytes);
    for (int i = 0; i < buffers; i++) {
      all.put(buffer(input, name, i, scratch));
    }
    return all.flip();
  }

  private static ByteBuffer buffer(Handles.Input input, String name, int index, Scratch scratch) {
    scratch.putMemory(TRITONSERVER_MEMORY_CPU, 0);
    check(
        TRITONBACKEND_InputBuffer(
            input, index, scratch.pointer, scratch.secondNumber, scratch.count, scratch.number));
    if (scratch.count() == TRITONSERVER_MEMORY_GPU) {
      throw UnmaskException.invalid("input '" + name + "' lies in GPU memory, it must not");
    }
    return Scratch.view(scratch.pointer(), scratch.secondNumber());
  }
}
