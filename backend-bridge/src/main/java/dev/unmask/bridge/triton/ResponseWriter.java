package dev.unmask.bridge.triton;

import static dev.unmask.bridge.triton.TritonErrors.check;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONBACKEND_OutputBuffer;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONBACKEND_ResponseDelete;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONBACKEND_ResponseNew;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONBACKEND_ResponseNewFromFactory;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONBACKEND_ResponseOutput;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONBACKEND_ResponseSend;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONBACKEND_ResponseSetBoolParameter;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONBACKEND_ResponseSetDoubleParameter;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONBACKEND_ResponseSetIntParameter;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONBACKEND_ResponseSetStringParameter;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_ErrorDelete;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_MEMORY_CPU;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_MEMORY_GPU;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_RESPONSE_COMPLETE_FINAL;

import dev.unmask.request.InferResponse;
import dev.unmask.request.Tensor;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.tritonserver.tritonserver.TRITONSERVER_Error;

/** Makes and sends responses. Contents are copied once, into the buffer that Triton provides. */
final class ResponseWriter {
  /** Names of outputs as C has them; there are as many as a model has outputs. */
  private static final Map<String, BytePointer> NAMES = new ConcurrentHashMap<>();

  private ResponseWriter() {}

  /**
   * Sends a response with content.
   *
   * @param flags {@code TRITONSERVER_RESPONSE_COMPLETE_FINAL} or 0
   * @throws UnmaskException with what Triton says; the response is gone then
   */
  static void send(Handles.Factory factory, InferResponse response, int flags) {
    Scratch scratch = Scratch.get();
    check(TRITONBACKEND_ResponseNewFromFactory(scratch.pointer, factory));
    Handles.Response made = new Handles.Response(scratch.pointer());
    boolean complete = false;
    try {
      for (Tensor output : response.outputs()) {
        put(made, output, scratch);
      }
      for (Map.Entry<String, Object> parameter : response.parameters().entrySet()) {
        put(made, parameter.getKey(), parameter.getValue());
      }
      complete = true;
    } finally {
      if (!complete) {
        TritonErrors.drop(TRITONBACKEND_ResponseDelete(made));
      }
    }
    // Triton's from here on, whatever it answers.
    check(TRITONBACKEND_ResponseSend(made, flags, null));
  }

  /** Sends an error as the final response. */
  static void sendError(Handles.Factory factory, UnmaskException error) {
    Scratch scratch = Scratch.get();
    check(TRITONBACKEND_ResponseNewFromFactory(scratch.pointer, factory));
    sendError(new Handles.Response(scratch.pointer()), error);
  }

  /** Sends an error as the only response to a request. */
  static void sendError(Handles.Request request, UnmaskException error) {
    Scratch scratch = Scratch.get();
    check(TRITONBACKEND_ResponseNew(scratch.pointer, request));
    sendError(new Handles.Response(scratch.pointer()), error);
  }

  private static void sendError(Handles.Response made, UnmaskException error) {
    TRITONSERVER_Error failure = TritonErrors.of(error.code(), error.getMessage());
    try {
      check(TRITONBACKEND_ResponseSend(made, TRITONSERVER_RESPONSE_COMPLETE_FINAL, failure));
    } finally {
      TRITONSERVER_ErrorDelete(failure);
    }
  }

  private static void put(Handles.Response response, Tensor output, Scratch scratch) {
    long[] shape = output.shape();
    scratch.putShape(shape);
    Handles.Output made = new Handles.Output(0);
    check(
        TRITONBACKEND_ResponseOutput(
            response,
            made,
            name(output.name()),
            Datatypes.number(output.datatype()),
            scratch.shape,
            shape.length));
    ByteBuffer content = output.content();
    scratch.putMemory(TRITONSERVER_MEMORY_CPU, 0);
    check(
        TRITONBACKEND_OutputBuffer(
            made, scratch.pointer, content.remaining(), scratch.count, scratch.number));
    if (content.hasRemaining()) {
      if (scratch.count() == TRITONSERVER_MEMORY_GPU) {
        throw new UnmaskException(
            ErrorCode.UNSUPPORTED,
            "output '" + output.name() + "' is wanted in GPU memory, which is not supported");
      }
      Scratch.view(scratch.pointer(), content.remaining()).put(content);
    }
  }

  private static BytePointer name(String output) {
    return NAMES.computeIfAbsent(
        output, text -> new BytePointer(text, StandardCharsets.UTF_8).retainReference());
  }

  private static void put(Handles.Response response, String name, Object value) {
    BytePointer key = Scratch.get().text(name);
    if (value instanceof String text) {
      try (BytePointer copy = new BytePointer(text, StandardCharsets.UTF_8)) {
        check(TRITONBACKEND_ResponseSetStringParameter(response, key, copy));
      }
    } else if (value instanceof Long number) {
      check(TRITONBACKEND_ResponseSetIntParameter(response, key, number));
    } else if (value instanceof Boolean flag) {
      check(TRITONBACKEND_ResponseSetBoolParameter(response, key, flag));
    } else if (value instanceof Double number) {
      check(TRITONBACKEND_ResponseSetDoubleParameter(response, key, number));
    } else {
      throw new IllegalArgumentException("response parameter " + name + " is " + value);
    }
  }
}
