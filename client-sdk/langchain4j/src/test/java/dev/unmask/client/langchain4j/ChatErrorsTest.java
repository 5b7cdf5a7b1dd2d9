package dev.unmask.client.langchain4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.langchain4j.exception.AuthenticationException;
import dev.langchain4j.exception.InternalServerException;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.ModelNotFoundException;
import dev.langchain4j.exception.NonRetriableException;
import dev.langchain4j.exception.TimeoutException;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.unmask.client.ErrorCode;
import dev.unmask.client.UnmaskClientException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ChatErrorsTest {
  private static UnmaskClientException failure(ErrorCode code, boolean retrySafe) {
    return UnmaskClientException.of(code, "it broke", "grpc://a:1", "id", retrySafe, null);
  }

  private static Class<?> expected(ErrorCode code) {
    return switch (code) {
      case INVALID_ARGUMENT, ALREADY_EXISTS -> InvalidRequestException.class;
      case NOT_FOUND -> ModelNotFoundException.class;
      case UNSUPPORTED -> UnsupportedFeatureException.class;
      case PERMISSION_DENIED -> AuthenticationException.class;
      case DEADLINE_EXCEEDED -> TimeoutException.class;
      case CANCELLED, RESOURCE_EXHAUSTED -> NonRetriableException.class;
      case UNAVAILABLE, PROTOCOL, INTERNAL, UNKNOWN -> InternalServerException.class;
    };
  }

  @ParameterizedTest
  @EnumSource
  void of_code_hasItsClassMessageAndCause(ErrorCode code) {
    UnmaskClientException failure = failure(code, false);

    RuntimeException mapped = ChatErrors.of(failure);

    assertSame(expected(code), mapped.getClass());
    assertEquals("it broke", mapped.getMessage());
    assertSame(failure, mapped.getCause());
  }

  @Test
  void of_retrySafe_isServerUnavailable() {
    UnmaskClientException failure = failure(ErrorCode.UNAVAILABLE, true);

    RuntimeException mapped = ChatErrors.of(failure);

    assertSame(ServerUnavailableException.class, mapped.getClass());
    assertSame(failure, mapped.getCause());
  }

  @Test
  void of_anythingElse_isItself() {
    Throwable other = new IllegalStateException("no");

    assertSame(other, ChatErrors.of(other));
  }
}
