package dev.unmask.client.internal;

import dev.unmask.client.ErrorCode;

/** What statuses of HTTP mean. */
final class HttpStatus {
  private HttpStatus() {}

  static boolean isSuccess(int status) {
    return status >= 200 && status < 300;
  }

  static ErrorCode code(int status) {
    return switch (status) {
      case 200 -> ErrorCode.UNKNOWN;
      case 400 -> ErrorCode.INVALID_ARGUMENT;
      case 401, 403, 407 -> ErrorCode.PERMISSION_DENIED;
      case 404 -> ErrorCode.NOT_FOUND;
      case 405, 415, 501, 505 -> ErrorCode.UNSUPPORTED;
      case 408, 504 -> ErrorCode.DEADLINE_EXCEEDED;
      case 409 -> ErrorCode.ALREADY_EXISTS;
      case 413, 414, 431 -> ErrorCode.RESOURCE_EXHAUSTED;
      case 429, 502, 503 -> ErrorCode.UNAVAILABLE;
      case 499 -> ErrorCode.CANCELLED;
      default -> status >= 500 ? ErrorCode.INTERNAL : ErrorCode.UNKNOWN;
    };
  }
}
