package dev.unmask.core;

import static dev.unmask.core.CoreHandles.check;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_InferenceRequestAddRequestedOutput;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_InferenceRequestSetBoolParameter;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_InferenceRequestSetDoubleParameter;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_InferenceRequestSetId;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_InferenceRequestSetIntParameter;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_InferenceRequestSetPriorityUInt64;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_InferenceRequestSetStringParameter;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_InferenceRequestSetTimeoutMicroseconds;

import dev.unmask.request.InferRequest;
import java.util.Map;
import java.util.function.Consumer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.tritonserver.tritonserver.TRITONSERVER_InferenceRequest;

/** Puts requests into Triton's form. */
final class RequestWriter {
  private RequestWriter() {}

  /**
   * Fills a request.
   *
   * @param keeper given the memory of its contents, if there is any
   */
  static void write(
      TRITONSERVER_InferenceRequest made,
      InferRequest request,
      Consumer<Pointer> keeper,
      int parts) {
    if (!request.id().isEmpty()) {
      check(TRITONSERVER_InferenceRequestSetId(made, request.id()));
    }
    for (Map.Entry<String, Object> parameter : request.parameters().entrySet()) {
      parameter(made, parameter.getKey(), parameter.getValue());
    }
    request
        .requestedOutputs()
        .forEach(name -> check(TRITONSERVER_InferenceRequestAddRequestedOutput(made, name)));
    InputWriter.write(made, request.inputs(), keeper, parts);
  }

  private static void parameter(TRITONSERVER_InferenceRequest made, String name, Object value) {
    if (name.equals("timeout")) {
      check(TRITONSERVER_InferenceRequestSetTimeoutMicroseconds(made, (Long) value));
    } else if (name.equals("priority")) {
      check(TRITONSERVER_InferenceRequestSetPriorityUInt64(made, (Long) value));
    } else if (value instanceof String text) {
      check(TRITONSERVER_InferenceRequestSetStringParameter(made, name, text));
    } else if (value instanceof Long number) {
      check(TRITONSERVER_InferenceRequestSetIntParameter(made, name, number));
    } else if (value instanceof Boolean flag) {
      check(TRITONSERVER_InferenceRequestSetBoolParameter(made, name, flag));
    } else {
      check(TRITONSERVER_InferenceRequestSetDoubleParameter(made, name, (Double) value));
    }
  }
}
