package dev.unmask.server.openai;

import dev.unmask.server.ApiCategory;
import dev.unmask.server.InferenceServer;
import dev.unmask.server.http.ErrorStyle;
import dev.unmask.server.http.HttpHandler;
import dev.unmask.server.http.HttpRoute;
import java.time.Clock;
import java.util.List;

/**
 * The OpenAI-compatible API over what a server serves. Any thread.
 *
 * <p>A body is read strictly: a field that is not known, a value of the wrong type and anything
 * that this server does not do are answered with status 400 and the field's name.
 */
public final class OpenAiApi {
  /** Errors that are found before a handler runs. */
  private static final ErrorStyle ERRORS =
      (status, message) -> OpenAiError.of(status, message).body();

  private final HttpHandler models;
  private final HttpHandler completions;
  private final HttpHandler chatCompletions;

  /**
   * @param server what is served
   */
  public OpenAiApi(InferenceServer server) {
    this(server, Clock.systemUTC());
  }

  OpenAiApi(InferenceServer server, Clock clock) {
    models = new ModelsHandler(server, clock.instant());
    completions = new CompletionHandler(new TextApi(), server, clock);
    chatCompletions = new CompletionHandler(new ChatApi(), server, clock);
  }

  /** The routes to serve. */
  public List<HttpRoute> routes() {
    return List.of(
        new HttpRoute("GET", ModelsHandler.PATH, true, ApiCategory.METADATA, ERRORS, models),
        inference("/v1/completions", completions),
        inference("/v1/chat/completions", chatCompletions));
  }

  private static HttpRoute inference(String path, HttpHandler handler) {
    return new HttpRoute("POST", path, false, ApiCategory.INFERENCE, ERRORS, handler);
  }
}
