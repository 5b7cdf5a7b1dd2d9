package dev.unmask.client.langchain4j;

import dev.langchain4j.exception.RetriableException;

/**
 * The server cannot be reached or does not take the request now, and no part of an answer has come.
 * The client has retried by then as its policy says; later the same request may succeed.
 */
public final class ServerUnavailableException extends RetriableException {
  private static final long serialVersionUID = 1L;

  ServerUnavailableException(String message, Throwable cause) {
    super(message, cause);
  }
}
