package dev.unmask.client.langchain4j;

import dev.langchain4j.model.chat.listener.ChatModelErrorContext;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.listener.ChatModelRequestContext;
import dev.langchain4j.model.chat.listener.ChatModelResponseContext;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Keeps what it is told. */
final class RecordingListener implements ChatModelListener {
  private final List<Object> told = Collections.synchronizedList(new ArrayList<>());

  /** Requests, responses and errors. */
  List<Object> told() {
    return List.copyOf(told);
  }

  @Override
  public void onRequest(ChatModelRequestContext context) {
    told.add(context.chatRequest());
  }

  @Override
  public void onResponse(ChatModelResponseContext context) {
    told.add(context.chatResponse());
  }

  @Override
  public void onError(ChatModelErrorContext context) {
    told.add(context.error());
  }
}
