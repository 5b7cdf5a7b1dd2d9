package dev.unmask.client.langchain4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.doThrow;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.TimeoutException;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ResponseFormat;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.chat.response.StreamingHandle;
import dev.unmask.client.ErrorCode;
import dev.unmask.client.FinishReason;
import dev.unmask.client.GenerateRequest;
import dev.unmask.client.UnmaskClient;
import dev.unmask.client.UnmaskClientException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class UnmaskStreamingChatModelTest {
  private final UnmaskClient client = mock(UnmaskClient.class);
  private final RecordingListener listener = new RecordingListener();
  private final UnmaskStreamingChatModel model =
      UnmaskStreamingChatModel.builder()
          .client(client)
          .modelName("m")
          .listeners(List.of(listener))
          .build();

  private ScriptedGeneration answer(Throwable error, String... parts) {
    ScriptedGeneration generation = new ScriptedGeneration(error, parts);
    when(client.publish(any(GenerateRequest.class))).thenReturn(generation);
    return generation;
  }

  @Test
  void chat_parts_areToldInOrderThenTheAnswer() {
    answer(null, "he", "", "llo");
    RecordingHandler handler = new RecordingHandler();

    model.chat("hi", handler);

    ChatResponse expected = ChatResponses.of(Results.of("hello", FinishReason.STOP));
    assertEquals(List.of("he", "llo"), handler.parts());
    assertEquals(List.of(expected), handler.responses());
    assertEquals(List.of(), handler.errors());
    assertEquals(expected, listener.told().get(1));
    assertEquals(2, listener.told().size());
  }

  @Test
  void chat_handlerOfTexts_isToldToo() {
    answer(null, "he", "llo");
    List<String> parts = new ArrayList<>();

    model.chat(
        "hi",
        new StreamingChatResponseHandler() {
          @Override
          public void onPartialResponse(String part) {
            parts.add(part);
          }

          @Override
          public void onCompleteResponse(ChatResponse response) {
            parts.add("|" + response.aiMessage().text());
          }

          @Override
          public void onError(Throwable error) {
            throw new AssertionError(error);
          }
        });

    assertEquals(List.of("he", "llo", "|hello"), parts);
  }

  @Test
  void chat_failure_isToldOnceAfterTheParts() {
    UnmaskClientException failure =
        UnmaskClientException.of(ErrorCode.DEADLINE_EXCEEDED, "too long", "", "", false, null);
    answer(failure, "he");
    RecordingHandler handler = new RecordingHandler();

    model.chat("hi", handler);

    assertEquals(List.of("he"), handler.parts());
    assertEquals(List.of(), handler.responses());
    assertEquals(1, handler.errors().size());
    Throwable error = assertInstanceOf(TimeoutException.class, handler.errors().get(0));
    assertSame(failure, error.getCause());
    assertSame(error, listener.told().get(1));
  }

  @Test
  void chat_valueOutOfRange_isToldAsTheServersRefusalWouldBe() {
    RecordingHandler handler = new RecordingHandler();

    model.chat(
        ChatRequest.builder().messages(UserMessage.from("hi")).temperature(-1.0).build(), handler);

    assertInstanceOf(InvalidRequestException.class, handler.errors().get(0));
    assertEquals(2, listener.told().size());
    verify(client, never()).publish(any(GenerateRequest.class));
  }

  @Test
  void chat_unsupported_isThrownAndNothingTold() {
    RecordingHandler handler = new RecordingHandler();
    ChatRequest request =
        ChatRequest.builder()
            .messages(UserMessage.from("hi"))
            .responseFormat(ResponseFormat.JSON)
            .build();

    assertThrows(UnsupportedFeatureException.class, () -> model.chat(request, handler));
    assertFalse(handler.end().isDone());
  }

  @Test
  void cancel_midStream_givesUpAndTellsNothingMore() {
    ScriptedGeneration generation = answer(null, "a", "b", "c");
    List<StreamingHandle> handles = new ArrayList<>();
    RecordingHandler handler =
        new RecordingHandler(
            handle -> {
              assertFalse(handle.isCancelled());
              handles.add(handle);
              if (handles.size() == 2) {
                handle.cancel();
              }
            });

    model.chat("hi", handler);

    assertTrue(generation.cancelled());
    assertEquals(List.of("a", "b"), handler.parts());
    assertFalse(handler.end().isDone());
    handles.get(0).cancel();
    assertTrue(handles.get(0).isCancelled());
  }

  @Test
  void signals_afterCancel_areDropped() {
    RecordingHandler handler = new RecordingHandler();
    HandlerSubscriber subscriber = new HandlerSubscriber(handler);
    subscriber.onSubscribe(new ScriptedGeneration(null));

    subscriber.cancel();
    subscriber.onComplete();
    subscriber.onError(new IllegalStateException("late"));

    assertFalse(handler.end().isDone());
  }

  @Test
  void handler_thatThrows_isToldWhatItThrewAndTheRest() {
    answer(null, "a", "b");
    IllegalStateException thrown = new IllegalStateException("handler");
    RecordingHandler handler =
        new RecordingHandler(
            handle -> {
              throw thrown;
            });

    model.chat("hi", handler);

    assertEquals(List.of("a", "b"), handler.parts());
    assertEquals(List.of(thrown, thrown), handler.errors());
    assertEquals(1, handler.responses().size());
  }

  @Test
  void handler_whoseOnErrorThrows_isNotToldAgain() {
    StreamingChatResponseHandler handler = mock(StreamingChatResponseHandler.class);
    IllegalStateException thrown = new IllegalStateException("handler");
    doThrow(thrown).when(handler).onCompleteResponse(any());
    doThrow(new IllegalStateException("again")).when(handler).onError(any());
    answer(null, "a");

    model.chat("hi", handler);

    verify(handler).onError(thrown);
  }
}
