package dev.unmask.client.langchain4j;

import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.unmask.client.UnmaskClient;
import java.util.List;
import java.util.Objects;

/**
 * What both models are made of. Not thread-safe.
 *
 * @param <B> the builder that methods give back
 */
public abstract sealed class UnmaskModelBuilder<B extends UnmaskModelBuilder<B>>
    permits UnmaskChatModel.Builder, UnmaskStreamingChatModel.Builder {
  private UnmaskClient client;
  private String modelName;
  private ChatRequestParameters defaults = UnmaskChatRequestParameters.EMPTY;
  private List<ChatModelListener> listeners = List.of();

  UnmaskModelBuilder() {}

  abstract B self();

  /**
   * The client that requests go through.
   *
   * @param borrowed not closed by the model
   * @return this
   */
  public B client(UnmaskClient borrowed) {
    client = Objects.requireNonNull(borrowed, "client");
    return self();
  }

  /**
   * The model that answers unless a request names another.
   *
   * @param name its name on the server
   * @return this
   */
  public B modelName(String name) {
    modelName = name;
    return self();
  }

  /**
   * Parameters of requests that do not set them.
   *
   * @param parameters best {@link UnmaskChatRequestParameters}; a model name among them counts
   *     where {@link #modelName} is not set
   * @return this
   */
  public B defaultRequestParameters(ChatRequestParameters parameters) {
    defaults = Objects.requireNonNull(parameters, "defaultRequestParameters");
    return self();
  }

  /**
   * Who is told of requests, responses and errors.
   *
   * @param told in this order
   * @return this
   */
  public B listeners(List<ChatModelListener> told) {
    listeners = List.copyOf(told);
    return self();
  }

  /**
   * Who is told of requests, responses and errors.
   *
   * @param told in this order
   * @return this
   */
  public B listeners(ChatModelListener... told) {
    return listeners(List.of(told));
  }

  /** What was set, checked. */
  final ModelSettings settings() {
    UnmaskChatRequestParameters parameters =
        UnmaskChatRequestParameters.builder()
            .overrideWith(defaults)
            .overrideWith(UnmaskChatRequestParameters.builder().modelName(modelName).build())
            .build();
    ChatRequests.checkSupported(parameters);
    require(client != null, "client is not set");
    String name = parameters.modelName();
    require(name != null && !name.isEmpty(), "modelName is not set");
    return new ModelSettings(client, parameters, listeners);
  }

  private static void require(boolean condition, String message) {
    if (!condition) {
      throw new IllegalArgumentException(message);
    }
  }
}
