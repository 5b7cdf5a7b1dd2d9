package dev.unmask.scheduler;

/**
 * The one unchecked exception of this project. Its message is a single line that names the field
 * and the value that broke, fit to be shown to a user as it is.
 */
public final class UnmaskException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final ErrorCode code;

  /**
   * @param code what kind of failure
   * @param message one line naming the field and the value
   */
  public UnmaskException(ErrorCode code, String message) {
    super(message);
    this.code = code;
  }

  /**
   * @param code what kind of failure
   * @param message one line naming the field and the value
   * @param cause what was caught
   */
  public UnmaskException(ErrorCode code, String message, Throwable cause) {
    super(message, cause);
    this.code = code;
  }

  /** Shorthand for {@link ErrorCode#INVALID_ARGUMENT}. */
  public static UnmaskException invalid(String message) {
    return new UnmaskException(ErrorCode.INVALID_ARGUMENT, message);
  }

  /** What kind of failure this is. */
  public ErrorCode code() {
    return code;
  }
}
