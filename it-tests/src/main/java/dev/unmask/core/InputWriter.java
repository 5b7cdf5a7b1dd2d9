package dev.unmask.core;

import static dev.unmask.core.CoreHandles.check;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_InferenceRequestAddInput;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_InferenceRequestAppendInputData;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_MEMORY_CPU;

import dev.unmask.request.Tensor;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Consumer;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.tritonserver.tritonserver.TRITONSERVER_InferenceRequest;

/** Adds input tensors to a request. The core keeps pointers to their contents. */
final class InputWriter {
  private InputWriter() {}

  /**
   * Copies the contents of all inputs into one piece of native memory and adds them.
   *
   * @param keeper given the memory, if there is any, which frees it when the request is over
   * @param parts buffers in which each content is given
   */
  static void write(
      TRITONSERVER_InferenceRequest request,
      List<Tensor> inputs,
      Consumer<Pointer> keeper,
      int parts) {
    long size = 0;
    for (Tensor input : inputs) {
      size += input.content().remaining();
    }
    long at = 0;
    if (size > 0) {
      Pointer memory = Pointer.malloc(size);
      keeper.accept(memory);
      at = memory.address();
    }
    for (Tensor input : inputs) {
      ByteBuffer content = input.content();
      int length = content.remaining();
      check(
          TRITONSERVER_InferenceRequestAddInput(
              request,
              input.name(),
              ResponseReader.number(input.datatype()),
              input.shape(),
              input.shape().length));
      if (length > 0) {
        new BytePointer(new CoreHandles.Tag(at)).capacity(length).asByteBuffer().put(content);
      }
      append(request, input.name(), at, length, parts);
      at += length;
    }
  }

  private static void append(
      TRITONSERVER_InferenceRequest request, String input, long address, int length, int parts) {
    int part = Math.max(1, (length + parts - 1) / parts);
    for (int begin = 0; begin < length || begin == 0; begin += part) {
      check(
          TRITONSERVER_InferenceRequestAppendInputData(
              request,
              input,
              new CoreHandles.Tag(address + begin),
              Math.min(part, length - begin),
              TRITONSERVER_MEMORY_CPU,
              0));
    }
  }
}
