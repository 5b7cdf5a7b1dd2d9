package dev.unmask.client.langchain4j;

import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.chat.response.StreamingHandle;
import dev.unmask.client.GenerateRequest;
import dev.unmask.client.UnmaskClient;
import dev.unmask.client.UnmaskClientException;
import java.util.List;
import java.util.Objects;

/**
 * Answers in parts, as blocks are decoded. Takes and refuses what {@link UnmaskChatModel} does.
 *
 * <p>A handler is told every part in order, and then the whole answer or one error, where the
 * client calls back: unless it has a {@link UnmaskClient.Builder#callbackExecutor}, on a thread
 * that reads, which must not be blocked. {@link StreamingHandle#cancel} gives the generation up,
 * and nothing is told after it. What a handler throws is told to its {@code onError}, and the
 * generation goes on, as with LangChain4j's own models.
 */
public final class UnmaskStreamingChatModel implements StreamingChatModel {
  private final ModelSettings settings;

  private UnmaskStreamingChatModel(ModelSettings settings) {
    this.settings = settings;
  }

  /**
   * Begins a model.
   *
   * @return a builder without client and model name
   */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Asks the server and returns at once.
   *
   * @param request with the parameters that hold
   * @param handler told what comes
   * @throws UnsupportedFeatureException where the request has what cannot be sent; the handler is
   *     told nothing
   */
  @Override
  public void doChat(ChatRequest request, StreamingChatResponseHandler handler) {
    HandlerSubscriber subscriber =
        new HandlerSubscriber(Objects.requireNonNull(handler, "handler"));
    GenerateRequest generate;
    try {
      generate = ChatRequests.of(request);
    } catch (UnmaskClientException e) {
      subscriber.onError(e);
      return;
    }
    settings.client().publish(generate).subscribe(subscriber);
  }

  @Override
  public ChatRequestParameters defaultRequestParameters() {
    return settings.defaults();
  }

  @Override
  public List<ChatModelListener> listeners() {
    return settings.listeners();
  }

  /** Makes models. Not thread-safe. */
  public static final class Builder extends UnmaskModelBuilder<Builder> {
    private Builder() {}

    @Override
    Builder self() {
      return this;
    }

    /**
     * The model.
     *
     * @return usable as long as its client
     * @throws IllegalArgumentException where client or model name is not set
     * @throws UnsupportedFeatureException where the default parameters have what cannot be sent
     */
    public UnmaskStreamingChatModel build() {
      return new UnmaskStreamingChatModel(settings());
    }
  }
}
