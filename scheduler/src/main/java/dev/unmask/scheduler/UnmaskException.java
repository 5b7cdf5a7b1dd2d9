package dev.unmask.scheduler;

/**
 * The one unchecked exception of this project. Its message is a single line that names the field
 * and the value that broke, fit to be shown to a user as it is.
 */
public final class UnmaskException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final ErrorCode code;
  private final boolean contextExceeded;

  /**
   * @param code what kind of failure
   * @param message one line naming the field and the value
   */
  public UnmaskException(ErrorCode code, String message) {
    this(code, message, null);
  }

  /**
   * @param code what kind of failure
   * @param message one line naming the field and the value
   * @param cause what was caught
   */
  public UnmaskException(ErrorCode code, String message, Throwable cause) {
    this(code, message, cause, false);
  }

  private UnmaskException(
      ErrorCode code, String message, Throwable cause, boolean contextExceeded) {
    super(message, cause);
    this.code = code;
    this.contextExceeded = contextExceeded;
  }

  /** Shorthand for {@link ErrorCode#INVALID_ARGUMENT}. */
  public static UnmaskException invalid(String message) {
    return new UnmaskException(ErrorCode.INVALID_ARGUMENT, message);
  }

  /** {@link ErrorCode#INVALID_ARGUMENT}: prompt and response are longer than the context. */
  public static UnmaskException contextExceeded(String message) {
    return new UnmaskException(ErrorCode.INVALID_ARGUMENT, message, null, true);
  }

  /** Whether prompt and response are longer than the context, which some protocols tell apart. */
  public boolean isContextExceeded() {
    return contextExceeded;
  }

  /** What kind of failure this is. */
  public ErrorCode code() {
    return code;
  }
}
