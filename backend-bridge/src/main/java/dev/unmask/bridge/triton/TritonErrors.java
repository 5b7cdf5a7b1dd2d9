package dev.unmask.bridge.triton;

import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_ERROR_ALREADY_EXISTS;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_ERROR_CANCELLED;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_ERROR_INTERNAL;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_ERROR_INVALID_ARG;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_ERROR_NOT_FOUND;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_ERROR_UNAVAILABLE;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_ERROR_UNSUPPORTED;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_ErrorCode;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_ErrorDelete;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_ErrorMessage;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_ErrorNew;

import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import org.bytedeco.tritonserver.tritonserver.TRITONSERVER_Error;

/** Failures in Triton's form and in ours. Any thread. */
final class TritonErrors {
  private TritonErrors() {}

  /**
   * Takes what a call returned.
   *
   * @param error null where it did what it should; deleted otherwise
   * @throws UnmaskException with the error's code and message
   */
  static void check(TRITONSERVER_Error error) {
    if (error != null) {
      ErrorCode code = code(TRITONSERVER_ErrorCode(error));
      String message = TRITONSERVER_ErrorMessage(error);
      TRITONSERVER_ErrorDelete(error);
      throw new UnmaskException(code, message);
    }
  }

  /** Takes what a call returned while something worse is being dealt with. */
  static void drop(TRITONSERVER_Error error) {
    if (error != null) {
      TRITONSERVER_ErrorDelete(error);
    }
  }

  /** An error of Triton's, to be deleted by whoever it is given to. */
  static TRITONSERVER_Error of(ErrorCode code, String message) {
    return TRITONSERVER_ErrorNew(number(code), Scratch.get().text(message));
  }

  private static int number(ErrorCode code) {
    return switch (code) {
      case INVALID_ARGUMENT -> TRITONSERVER_ERROR_INVALID_ARG;
      case NOT_FOUND -> TRITONSERVER_ERROR_NOT_FOUND;
      case ALREADY_EXISTS -> TRITONSERVER_ERROR_ALREADY_EXISTS;
      case UNSUPPORTED -> TRITONSERVER_ERROR_UNSUPPORTED;
      case UNAVAILABLE -> TRITONSERVER_ERROR_UNAVAILABLE;
      case CANCELLED -> TRITONSERVER_ERROR_CANCELLED;
      case INTERNAL -> TRITONSERVER_ERROR_INTERNAL;
    };
  }

  private static ErrorCode code(int number) {
    for (ErrorCode code : ErrorCode.values()) {
      if (number(code) == number) {
        return code;
      }
    }
    return ErrorCode.INTERNAL;
  }
}
