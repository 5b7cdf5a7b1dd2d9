package dev.unmask.client.langchain4j;

import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.unmask.client.UnmaskClientException;
import java.util.List;

/**
 * Whole answers. Takes system, user and AI messages of text; tools, response formats other than
 * text, other contents and a user's name are refused with {@link UnsupportedFeatureException}.
 * Thoughts of earlier answers are not sent. The client retries what may be retried, so that the
 * model does not.
 *
 * <pre>{@code
 * ChatModel model = UnmaskChatModel.builder().client(client).modelName("tiny_d2f").build();
 * String answer = model.chat("Hello");
 * }</pre>
 */
public final class UnmaskChatModel implements ChatModel {
  private final ModelSettings settings;

  private UnmaskChatModel(ModelSettings settings) {
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
   * Asks the server and waits.
   *
   * @param request with the parameters that hold
   * @return text, with {@link UnmaskChatResponseMetadata}
   * @throws UnsupportedFeatureException where the request has what cannot be sent
   */
  @Override
  public ChatResponse doChat(ChatRequest request) {
    try {
      return ChatResponses.of(settings.client().generate(ChatRequests.of(request)));
    } catch (UnmaskClientException e) {
      throw ChatErrors.of(e);
    }
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
    public UnmaskChatModel build() {
      return new UnmaskChatModel(settings());
    }
  }
}
