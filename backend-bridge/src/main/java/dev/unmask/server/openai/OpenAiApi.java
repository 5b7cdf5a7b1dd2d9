package dev.unmask.server.openai;

import dev.unmask.server.InferenceServer;
import dev.unmask.server.http.HttpHandler;
import java.time.Clock;
import java.util.concurrent.Executor;

/**
 * The OpenAI-compatible API over what a server serves. Handlers never block. Any thread.
 *
 * <p>A body is read strictly: a field that is not known, a value of the wrong type and anything
 * that this server does not do are answered with status 400 and the field's name.
 */
public final class OpenAiApi {
  private final HttpHandler models;
  private final HttpHandler completions;
  private final HttpHandler chatCompletions;

  /**
   * @param server what is served
   * @param executor reads large bodies; runs or rejects every task, and rejects where too many wait
   */
  public OpenAiApi(InferenceServer server, Executor executor) {
    this(server, executor, Clock.systemUTC());
  }

  OpenAiApi(InferenceServer server, Executor executor, Clock clock) {
    models = new ModelsHandler(server, clock.instant());
    completions = new CompletionHandler(new TextApi(), server, executor, clock);
    chatCompletions = new CompletionHandler(new ChatApi(), server, executor, clock);
  }

  /** {@code GET /v1/models} and, as a prefix, {@code GET /v1/models/NAME}. */
  public HttpHandler models() {
    return models;
  }

  /** {@code POST /v1/completions}. */
  public HttpHandler completions() {
    return completions;
  }

  /** {@code POST /v1/chat/completions}. */
  public HttpHandler chatCompletions() {
    return chatCompletions;
  }

  /**
   * The body of an error that is found before a handler runs.
   *
   * @param status HTTP status
   */
  public static byte[] errorBody(int status, String message) {
    return OpenAiError.of(status, message).body();
  }
}
