package dev.unmask.request;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unmask.bridge.text.ChatMessage;
import dev.unmask.bridge.text.PromptEncoder;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.GenerationRequest;
import dev.unmask.scheduler.UnmaskException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class RequestEncoderTest extends GenerationTestBase {
  private static GenerationRequest encode(GenerationInputs inputs) {
    return new RequestEncoder(MANIFEST, tokenizer, prompts).encode(inputs.build());
  }

  @Test
  void encode_text_throughTheChatTemplateUnlessPlain() {
    assertEquals(prompts.encode("Hi").length, encode(GenerationInputs.text("Hi")).tokenCount());
    assertEquals(
        tokenizer.encodePlainPrompt("Hi").length,
        encode(GenerationInputs.text("Hi").plain()).tokenCount());
  }

  @Test
  void encode_messages_endWhereTheAnswerBegins() {
    List<ChatMessage> messages =
        List.of(new ChatMessage("system", "Be brief."), ChatMessage.user("Hi"));
    assertEquals(
        prompts.encode(messages, true).length,
        encode(GenerationInputs.none().withMessages(messages)).tokenCount());
  }

  @Test
  void encode_ids_takenAsTheyAre() {
    assertEquals(3, encode(GenerationInputs.ids(5, 763, 7)).tokenCount());
  }

  @Test
  void encode_logprobs_overridesTheParameter() {
    assertEquals(
        2, encode(GenerationInputs.ids(1).with("logprobs", 5).logprobs(2)).parameters().logprobs());
    assertEquals(5, encode(GenerationInputs.ids(1).with("logprobs", 5)).parameters().logprobs());
  }

  @Test
  void encode_badWords_withAndWithoutASpaceBefore() {
    int[][] words =
        encode(GenerationInputs.ids(1).bad(List.of("she", " He", "she"))).parameters().badWords();
    assertEquals(3, words.length);
    assertArrayEquals(tokenizer.encodeText("she"), words[0]);
    assertArrayEquals(tokenizer.encodeText(" she"), words[1]);
    assertArrayEquals(tokenizer.encodeText(" He"), words[2]);
  }

  static Stream<Arguments> faults() {
    return Stream.of(
        Arguments.of(GenerationInputs.none(), "0 are given"),
        Arguments.of(GenerationInputs.ids(1).withText("x"), "2 are given"),
        Arguments.of(GenerationInputs.text("").plain(), "prompt is empty"),
        Arguments.of(GenerationInputs.ids(1).with("max_tokens", 0), "max_tokens=0"),
        Arguments.of(GenerationInputs.ids(), "prompt is empty"),
        Arguments.of(GenerationInputs.ids(768), "input_ids[0]=768"),
        Arguments.of(GenerationInputs.none().withMessages(List.of()), "messages=[]"),
        Arguments.of(GenerationInputs.ids(1).with("colour", "red"), "colour=red"),
        Arguments.of(GenerationInputs.ids(1).with("max_tokens", 400), "max_tokens=400"),
        Arguments.of(GenerationInputs.ids(1).bad(List.of("a", "")), "bad_words"),
        Arguments.of(
            GenerationInputs.ids(1).bad(List.of("a")).with("bad_words_ids", List.of(List.of(1))),
            "both given"));
  }

  @ParameterizedTest
  @MethodSource("faults")
  void encode_wrongInput_invalidAndNamed(GenerationInputs inputs, String part) {
    UnmaskException error = assertThrows(UnmaskException.class, () -> encode(inputs));
    assertSame(ErrorCode.INVALID_ARGUMENT, error.code());
    assertTrue(error.getMessage().contains(part), error.getMessage());
  }

  @Test
  void encode_messagesWithoutATemplate_invalid() {
    RequestEncoder bare =
        new RequestEncoder(MANIFEST, tokenizer, new PromptEncoder(tokenizer, Optional.empty()));
    GenerationInput input =
        GenerationInputs.none().withMessages(List.of(ChatMessage.user("Hi"))).build();
    UnmaskException error = assertThrows(UnmaskException.class, () -> bare.encode(input));
    assertSame(ErrorCode.INVALID_ARGUMENT, error.code());
    assertTrue(error.getMessage().contains("chat template"));
  }

  static Stream<Arguments> requestFaults() {
    return Stream.of(
        Arguments.of(GenerationInputs.ids(1).stop(List.of("a", "")), "stop=\"\""),
        Arguments.of(GenerationInputs.ids(1).priority(-1), "priority=-1"),
        Arguments.of(GenerationInputs.ids(1).timeout(-5, 0), "timeout=-5"),
        Arguments.of(GenerationInputs.ids(1).with("temperature", -1), "temperature=-1"));
  }

  @ParameterizedTest
  @MethodSource("requestFaults")
  void generate_wrongInput_toldToTheObserver(GenerationInputs inputs, String part)
      throws Exception {
    start(Runnable::run);
    RecordingObserver observer = generate(inputs);
    assertSame(ErrorCode.INVALID_ARGUMENT, observer.error.code());
    assertTrue(observer.error.getMessage().contains(part), observer.error.getMessage());
    assertEquals(1, telemetry.ended.size());
  }
}
