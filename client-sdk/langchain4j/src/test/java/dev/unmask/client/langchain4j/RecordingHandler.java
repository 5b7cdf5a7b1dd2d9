package dev.unmask.client.langchain4j;

import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.PartialResponse;
import dev.langchain4j.model.chat.response.PartialResponseContext;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.chat.response.StreamingHandle;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** Keeps what it is told. */
final class RecordingHandler implements StreamingChatResponseHandler {
  private final List<String> parts = Collections.synchronizedList(new ArrayList<>());
  private final List<Throwable> errors = Collections.synchronizedList(new ArrayList<>());
  private final List<ChatResponse> responses = Collections.synchronizedList(new ArrayList<>());
  private final CompletableFuture<ChatResponse> end = new CompletableFuture<>();
  private final Consumer<StreamingHandle> onPart;

  RecordingHandler() {
    this(handle -> {});
  }

  /**
   * @param onPart called for every part, when it is kept
   */
  RecordingHandler(Consumer<StreamingHandle> onPart) {
    this.onPart = onPart;
  }

  List<String> parts() {
    return List.copyOf(parts);
  }

  List<Throwable> errors() {
    return List.copyOf(errors);
  }

  List<ChatResponse> responses() {
    return List.copyOf(responses);
  }

  /** Completed with the response, or with an error. */
  CompletableFuture<ChatResponse> end() {
    return end;
  }

  @Override
  public void onPartialResponse(PartialResponse part, PartialResponseContext context) {
    parts.add(part.text());
    onPart.accept(context.streamingHandle());
  }

  @Override
  public void onCompleteResponse(ChatResponse response) {
    responses.add(response);
    end.complete(response);
  }

  @Override
  public void onError(Throwable error) {
    errors.add(error);
    end.completeExceptionally(error);
  }
}
