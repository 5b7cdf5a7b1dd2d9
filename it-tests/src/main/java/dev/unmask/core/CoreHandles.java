package dev.unmask.core;

import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_ErrorCode;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_ErrorDelete;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_ErrorMessage;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_MessageDelete;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_MessageSerializeToJson;

import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.nio.charset.StandardCharsets;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.javacpp.SizeTPointer;
import org.bytedeco.tritonserver.tritonserver.TRITONSERVER_Error;
import org.bytedeco.tritonserver.tritonserver.TRITONSERVER_Message;

/** Small things that every call into the core needs. */
final class CoreHandles {
  /** Triton's error codes in their order. */
  private static final ErrorCode[] CODES = {
    ErrorCode.INTERNAL, // UNKNOWN
    ErrorCode.INTERNAL,
    ErrorCode.NOT_FOUND,
    ErrorCode.INVALID_ARGUMENT,
    ErrorCode.UNAVAILABLE,
    ErrorCode.UNSUPPORTED,
    ErrorCode.ALREADY_EXISTS,
    ErrorCode.CANCELLED
  };

  private CoreHandles() {}

  /** A number that travels through Triton as a pointer. */
  static final class Tag extends Pointer {
    Tag(long value) {
      super((Pointer) null);
      address = value;
    }
  }

  /** Throws what a call returned, if it is an error. */
  static void check(TRITONSERVER_Error error) {
    if (error != null) {
      UnmaskException failure = failure(error);
      TRITONSERVER_ErrorDelete(error);
      throw failure;
    }
  }

  /** An error, which stays its owner's. */
  static UnmaskException failure(TRITONSERVER_Error error) {
    return new UnmaskException(
        CODES[TRITONSERVER_ErrorCode(error)], TRITONSERVER_ErrorMessage(error));
  }

  /** The JSON of a message, which is deleted. */
  static String json(TRITONSERVER_Message message) {
    try (PointerPointer<BytePointer> base = new PointerPointer<>(1);
        SizeTPointer size = new SizeTPointer(1)) {
      check(TRITONSERVER_MessageSerializeToJson(message, base, size));
      byte[] bytes = new byte[(int) size.get()];
      base.get(BytePointer.class, 0).get(bytes);
      return new String(bytes, StandardCharsets.UTF_8);
    } finally {
      check(TRITONSERVER_MessageDelete(message));
    }
  }
}
