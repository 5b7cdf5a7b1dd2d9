package dev.unmask.client.langchain4j.example;

import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.unmask.client.Decoding;
import dev.unmask.client.UnmaskClient;
import dev.unmask.client.langchain4j.UnmaskChatModel;
import dev.unmask.client.langchain4j.UnmaskChatRequestParameters;
import dev.unmask.client.langchain4j.UnmaskChatResponseMetadata;
import dev.unmask.client.langchain4j.UnmaskStreamingChatModel;
import java.io.PrintStream;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Asks twice: for a whole answer, and for one in parts. */
public final class ChatExample {
  private ChatExample() {}

  /**
   * Runs it.
   *
   * @param args the endpoint, such as {@code grpc://localhost:8001}
   */
  public static void main(String[] args) {
    run(args[0], System.out);
  }

  static void run(String endpoint, PrintStream out) {
    try (UnmaskClient client = UnmaskClient.connect(endpoint)) {
      UnmaskChatRequestParameters defaults =
          UnmaskChatRequestParameters.builder()
              .maxOutputTokens(32)
              .temperature(0.0)
              .decoding(Decoding.d2f().skipThreshold(0.8))
              .build();

      ChatModel model =
          UnmaskChatModel.builder()
              .client(client)
              .modelName("tiny_d2f")
              .defaultRequestParameters(defaults)
              .build();
      ChatResponse response =
          model.chat(SystemMessage.from("Answer briefly."), UserMessage.from("Hello"));
      out.println(response.aiMessage().text());
      if (response.metadata() instanceof UnmaskChatResponseMetadata metadata) {
        metadata.decoding().ifPresent(d -> out.println(d.forwardPasses() + " forward passes"));
      }

      StreamingChatModel streaming =
          UnmaskStreamingChatModel.builder()
              .client(client)
              .modelName("tiny_d2f")
              .defaultRequestParameters(defaults)
              .build();
      CompletableFuture<ChatResponse> end = new CompletableFuture<>();
      streaming.chat(
          List.of(SystemMessage.from("Answer briefly."), UserMessage.from("Hello")),
          new StreamingChatResponseHandler() {
            @Override
            public void onPartialResponse(String part) {
              out.print(part);
            }

            @Override
            public void onCompleteResponse(ChatResponse whole) {
              end.complete(whole);
            }

            @Override
            public void onError(Throwable error) {
              end.completeExceptionally(error);
            }
          });
      end.join();
      out.println();
    }
  }
}
