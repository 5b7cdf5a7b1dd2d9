package dev.unmask.client.langchain4j;

import dev.langchain4j.exception.AuthenticationException;
import dev.langchain4j.exception.InternalServerException;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.ModelNotFoundException;
import dev.langchain4j.exception.NonRetriableException;
import dev.langchain4j.exception.TimeoutException;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.unmask.client.UnmaskClientException;

/** The client's failures as LangChain4j's, which have them as their cause. */
final class ChatErrors {
  private ChatErrors() {}

  /** What a caller is told; itself where the client did not make it. */
  static Throwable of(Throwable error) {
    return error instanceof UnmaskClientException failure ? of(failure) : error;
  }

  static RuntimeException of(UnmaskClientException e) {
    String message = e.getMessage();
    if (e.isRetrySafe()) {
      return new ServerUnavailableException(message, e);
    }
    return switch (e.code()) {
      case INVALID_ARGUMENT, ALREADY_EXISTS -> new InvalidRequestException(message, e);
      case NOT_FOUND -> new ModelNotFoundException(message, e);
      case UNSUPPORTED -> unsupported(message, e);
      case PERMISSION_DENIED -> new AuthenticationException(message, e);
      case DEADLINE_EXCEEDED -> new TimeoutException(message, e);
      case CANCELLED, RESOURCE_EXHAUSTED -> new NonRetriableException(message, e);
      case UNAVAILABLE, PROTOCOL, INTERNAL, UNKNOWN -> new InternalServerException(message, e);
    };
  }

  private static RuntimeException unsupported(String message, UnmaskClientException cause) {
    RuntimeException refusal = new UnsupportedFeatureException(message);
    refusal.initCause(cause);
    return refusal;
  }
}
