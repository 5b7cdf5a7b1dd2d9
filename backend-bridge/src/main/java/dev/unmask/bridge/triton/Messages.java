package dev.unmask.bridge.triton;

import static dev.unmask.bridge.triton.TritonErrors.check;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_MessageSerializeToJson;

import java.nio.charset.StandardCharsets;
import org.bytedeco.javacpp.SizeTPointer;
import org.bytedeco.tritonserver.tritonserver.TRITONSERVER_Message;

/** Reads Triton's messages. */
final class Messages {
  private Messages() {}

  /** The JSON of a message, which stays its owner's. */
  static String json(TRITONSERVER_Message message) {
    Scratch scratch = Scratch.get();
    try (SizeTPointer size = new SizeTPointer(1)) {
      check(TRITONSERVER_MessageSerializeToJson(message, scratch.pointer, size));
      return StandardCharsets.UTF_8.decode(Scratch.view(scratch.pointer(), size.get())).toString();
    }
  }
}
