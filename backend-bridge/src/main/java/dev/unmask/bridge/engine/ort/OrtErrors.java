package dev.unmask.bridge.engine.ort;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;

/** Turns ONNX Runtime's checked exceptions into this project's. */
final class OrtErrors {
  private OrtErrors() {}

  /**
   * An INTERNAL failure that carries ONNX Runtime's message on one line.
   *
   * @param what what was being done
   */
  static UnmaskException wrap(String what, OrtException cause) {
    String message = String.valueOf(cause.getMessage()).replaceAll("\\s*\\R\\s*", " ").trim();
    return new UnmaskException(ErrorCode.INTERNAL, what + ": ONNX Runtime: " + message, cause);
  }

  /** Closes a session. */
  static void close(OrtSession session) {
    try {
      session.close();
    } catch (OrtException e) {
      throw wrap("closing the session", e);
    }
  }
}
