package dev.unmask.bridge.triton;

import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_TYPE_BF16;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_TYPE_BOOL;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_TYPE_BYTES;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_TYPE_FP16;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_TYPE_FP32;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_TYPE_FP64;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_TYPE_INT16;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_TYPE_INT32;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_TYPE_INT64;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_TYPE_INT8;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_TYPE_UINT16;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_TYPE_UINT32;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_TYPE_UINT64;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_TYPE_UINT8;

import dev.unmask.request.Datatype;
import dev.unmask.scheduler.UnmaskException;

/** Element types by Triton's numbers. */
final class Datatypes {
  private static final Datatype[] BY_NUMBER = new Datatype[TRITONSERVER_TYPE_BF16 + 1];

  static {
    for (Datatype type : Datatype.values()) {
      BY_NUMBER[number(type)] = type;
    }
  }

  private Datatypes() {}

  /** Triton's number of a type. */
  static int number(Datatype type) {
    return switch (type) {
      case BOOL -> TRITONSERVER_TYPE_BOOL;
      case UINT8 -> TRITONSERVER_TYPE_UINT8;
      case UINT16 -> TRITONSERVER_TYPE_UINT16;
      case UINT32 -> TRITONSERVER_TYPE_UINT32;
      case UINT64 -> TRITONSERVER_TYPE_UINT64;
      case INT8 -> TRITONSERVER_TYPE_INT8;
      case INT16 -> TRITONSERVER_TYPE_INT16;
      case INT32 -> TRITONSERVER_TYPE_INT32;
      case INT64 -> TRITONSERVER_TYPE_INT64;
      case FP16 -> TRITONSERVER_TYPE_FP16;
      case BF16 -> TRITONSERVER_TYPE_BF16;
      case FP32 -> TRITONSERVER_TYPE_FP32;
      case FP64 -> TRITONSERVER_TYPE_FP64;
      case BYTES -> TRITONSERVER_TYPE_BYTES;
    };
  }

  /**
   * The type of a number.
   *
   * @param input name of the tensor, for the message
   * @throws UnmaskException INVALID_ARGUMENT for a number that is none
   */
  static Datatype of(int number, String input) {
    if (number <= 0 || number >= BY_NUMBER.length || BY_NUMBER[number] == null) {
      throw UnmaskException.invalid("input '" + input + "' has unknown datatype " + number);
    }
    return BY_NUMBER[number];
  }
}
