package dev.unmask.core;

import static dev.unmask.core.CoreHandles.check;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_InferenceResponseOutput;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_InferenceResponseOutputCount;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_InferenceResponseParameter;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_InferenceResponseParameterCount;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_PARAMETER_BOOL;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_PARAMETER_INT;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_PARAMETER_STRING;

import dev.unmask.request.Datatype;
import dev.unmask.request.InferResponse;
import dev.unmask.request.Tensor;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.BoolPointer;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.javacpp.SizeTPointer;
import org.bytedeco.tritonserver.tritonserver.TRITONSERVER_InferenceResponse;

/** Reads responses into memory of their own. */
final class ResponseReader {
  /** By Triton's numbers. */
  private static final Datatype[] TYPES = {
    null,
    Datatype.BOOL,
    Datatype.UINT8,
    Datatype.UINT16,
    Datatype.UINT32,
    Datatype.UINT64,
    Datatype.INT8,
    Datatype.INT16,
    Datatype.INT32,
    Datatype.INT64,
    Datatype.FP16,
    Datatype.FP32,
    Datatype.FP64,
    Datatype.BYTES,
    Datatype.BF16
  };

  private static final ThreadLocal<ResponseReader> OF_THREAD =
      ThreadLocal.withInitial(ResponseReader::new);

  // Kept, so that reading costs little beside what is measured.
  private final PointerPointer<BytePointer> name = new PointerPointer<>(1);
  private final PointerPointer<BytePointer> base = new PointerPointer<>(1);
  private final PointerPointer<LongPointer> shape = new PointerPointer<>(1);
  private final PointerPointer<Pointer> user = new PointerPointer<>(1);
  private final IntPointer number = new IntPointer(1);
  private final IntPointer memoryType = new IntPointer(1);
  private final LongPointer dims = new LongPointer(1);
  private final LongPointer memoryId = new LongPointer(1);
  private final SizeTPointer size = new SizeTPointer(1);

  private ResponseReader() {}

  static InferResponse read(TRITONSERVER_InferenceResponse response) {
    ResponseReader reader = OF_THREAD.get();
    return new InferResponse(reader.parameters(response), reader.outputs(response));
  }

  /** Triton's number of a type. */
  static int number(Datatype type) {
    return Arrays.asList(TYPES).indexOf(type);
  }

  private List<Tensor> outputs(TRITONSERVER_InferenceResponse response) {
    check(TRITONSERVER_InferenceResponseOutputCount(response, number));
    int count = number.get();
    List<Tensor> outputs = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      check(
          TRITONSERVER_InferenceResponseOutput(
              response, i, name, number, shape, dims, base, size, memoryType, memoryId, user));
      long[] extent = new long[(int) dims.get()];
      shape.get(LongPointer.class, 0).get(extent);
      byte[] content = new byte[(int) size.get()];
      if (content.length > 0) {
        base.get(BytePointer.class, 0).get(content);
      }
      outputs.add(
          Tensor.of(
              name.get(BytePointer.class, 0).getString(),
              TYPES[number.get()],
              extent,
              ByteBuffer.wrap(content)));
    }
    return outputs;
  }

  private Map<String, Object> parameters(TRITONSERVER_InferenceResponse response) {
    check(TRITONSERVER_InferenceResponseParameterCount(response, number));
    int count = number.get();
    Map<String, Object> parameters = new HashMap<>();
    for (int i = 0; i < count; i++) {
      check(TRITONSERVER_InferenceResponseParameter(response, i, name, number, user));
      Pointer value = user.get(0);
      int type = number.get();
      Object read;
      if (type == TRITONSERVER_PARAMETER_STRING) {
        read = new BytePointer(value).getString();
      } else if (type == TRITONSERVER_PARAMETER_INT) {
        read = new LongPointer(value).get();
      } else if (type == TRITONSERVER_PARAMETER_BOOL) {
        read = new BoolPointer(value).get();
      } else {
        read = new DoublePointer(value).get();
      }
      parameters.put(name.get(BytePointer.class, 0).getString(), read);
    }
    return parameters;
  }
}
