package dev.unmask.capacity.targets;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;

/**
 * A model behind OpenAI's API, any server's: conversations go to {@code chat/completions}, texts to
 * {@code completions}, both streamed. Tokens are those that the server reports ({@code
 * stream_options.include_usage}).
 */
public final class OpenAiTarget implements Target {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpClient client;
  private final URI base;
  private final String model;
  private final String apiKey;
  private final Duration timeout;

  /**
   * Makes one.
   *
   * @param base such as {@code http://host:8000/v1}
   * @param apiKey sent as a bearer token; empty for none
   * @param timeout of a request
   */
  public OpenAiTarget(URI base, String model, String apiKey, Duration timeout) {
    this.base = URI.create(base.toString().replaceFirst("/+$", "") + "/");
    this.model = model;
    this.apiKey = apiKey;
    this.timeout = timeout;
    client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(timeout)
            .build();
  }

  @Override
  public String description() {
    return model + " at " + base + ", OpenAI's API";
  }

  @Override
  public boolean inProcess() {
    return false;
  }

  @Override
  public void send(TargetRequest request, ResponseListener listener) {
    HttpRequest.Builder http =
        HttpRequest.newBuilder(
                base.resolve(request.prompt().raw() ? "completions" : "chat/completions"))
            .timeout(timeout)
            .header("content-type", "application/json")
            .header("x-request-id", request.id())
            .POST(HttpRequest.BodyPublishers.ofString(body(request).toString()));
    if (!apiKey.isEmpty()) {
      http.header("authorization", "Bearer " + apiKey);
    }
    Events events = new Events(listener);
    CompletableFuture<Void> unused =
        client
            .sendAsync(http.build(), info -> handler(info, events))
            .handle(
                (response, error) -> {
                  if (error != null) {
                    events.fail("UNAVAILABLE", String.valueOf(error.getMessage()));
                  } else if (response.statusCode() != 200) {
                    events.fail("HTTP_" + response.statusCode(), response.body());
                  }
                  return null;
                });
  }

  private static HttpResponse.BodySubscriber<String> handler(
      HttpResponse.ResponseInfo info, Events events) {
    return info.statusCode() == 200
        ? HttpResponse.BodySubscribers.fromLineSubscriber(
            events, done -> "", StandardCharsets.UTF_8, null)
        : BodyHandlers.ofString().apply(info);
  }

  private ObjectNode body(TargetRequest request) {
    ObjectNode body = JSON.createObjectNode().put("model", model).put("stream", true);
    body.putObject("stream_options").put("include_usage", true);
    if (request.prompt().raw()) {
      body.put("prompt", request.prompt().text());
    } else {
      ArrayNode messages = body.putArray("messages");
      for (Prompt.Message message : request.prompt().messages()) {
        messages.addObject().put("role", message.role()).put("content", message.content());
      }
    }
    request.parameters().forEach((name, value) -> body.set(name, JSON.valueToTree(value)));
    return body;
  }

  /** Calls in progress end by themselves, within the timeout. */
  @Override
  public void close() {}

  /** Reads server-sent events. Called by one thread at a time. */
  private static final class Events implements Flow.Subscriber<String> {
    private final ResponseListener listener;
    private final StringBuilder text = new StringBuilder();
    private String finishReason = "";
    private long promptTokens = Answer.UNKNOWN;
    private long outputTokens = Answer.UNKNOWN;
    private boolean ended;

    Events(ResponseListener listener) {
      this.listener = listener;
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(String line) {
      if (!line.startsWith("data:")) {
        return;
      }
      String data = line.substring("data:".length()).strip();
      if (data.equals("[DONE]")) {
        end();
        return;
      }
      try {
        read(JSON.readTree(data));
      } catch (JsonProcessingException e) {
        fail("PROTOCOL", "event is no JSON: " + e.getOriginalMessage());
      }
    }

    private void read(JsonNode event) {
      if (event.has("error")) {
        fail("SERVER", event.get("error").toString());
        return;
      }
      JsonNode usage = event.path("usage");
      promptTokens = usage.path("prompt_tokens").asLong(promptTokens);
      outputTokens = usage.path("completion_tokens").asLong(outputTokens);
      JsonNode choice = event.path("choices").path(0);
      finishReason = choice.path("finish_reason").asText(finishReason);
      String added = choice.path("delta").path("content").asText(choice.path("text").asText(""));
      if (!added.isEmpty() && !ended) {
        text.append(added);
        listener.onText(added);
      }
    }

    @Override
    public void onError(Throwable error) {
      fail("UNAVAILABLE", String.valueOf(error.getMessage()));
    }

    @Override
    public void onComplete() {
      if (finishReason.isEmpty()) {
        fail("PROTOCOL", "the stream ended before the answer did");
      } else {
        end();
      }
    }

    private synchronized void end() {
      if (!ended) {
        ended = true;
        listener.onEnd(Answer.ofTokens(text.toString(), promptTokens, outputTokens, finishReason));
      }
    }

    synchronized void fail(String kind, String message) {
      if (!ended) {
        ended = true;
        listener.onError(new TargetError(kind, message));
      }
    }
  }
}
