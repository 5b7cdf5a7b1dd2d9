package dev.unmask.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class GenerateRequestTest {
  private static GenerateRequest.Builder builder() {
    return GenerateRequest.builder("m").prompt("p");
  }

  private static void assertRefused(String message, Executable call) {
    InvalidRequestException refused = assertThrows(InvalidRequestException.class, call);
    assertEquals(message, refused.getMessage());
    assertEquals(ErrorCode.INVALID_ARGUMENT, refused.code());
    assertEquals("", refused.endpoint());
  }

  @Test
  void values_outOfRange_refusedByName() {
    assertRefused("max_tokens=0 is not in >= 1", () -> builder().maxTokens(0));
    assertRefused("temperature=-1.0 is not in [0.0, 1000000.0]", () -> builder().temperature(-1));
    assertRefused("top_p=0 leaves no token", () -> builder().topP(0));
    assertRefused("top_p=1.1 is not in [0.0, 1.0]", () -> builder().topP(1.1));
    assertRefused("top_k=-2 is not in >= -1", () -> builder().topK(-2));
    assertRefused("repetition_penalty=0 is not above 0", () -> builder().repetitionPenalty(0));
    assertRefused(
        "repetition_penalty=NaN is not in >= 0.0", () -> builder().repetitionPenalty(Double.NaN));
    assertRefused(
        "presence_penalty=2.5 is not in [-2.0, 2.0]", () -> builder().presencePenalty(2.5));
    assertRefused("logprobs=33 is not in [0, 32]", () -> builder().logprobs(33));
    assertRefused("logprobs=-1 is not in [0, 2147483647]", () -> builder().logprobs(-1));
    assertRefused("request_priority=-1 is not in [0, 2147483647]", () -> builder().priority(-1));
    assertRefused(
        "min_tokens=9 is not in [0, 8]", () -> builder().maxTokens(8).minTokens(9).build());
    assertRefused(
        "input 'stop_token_ids' has 4097 elements, more than 4096",
        () -> builder().stopTokenIds(new int[4097]));
    assertRefused("timeout=PT0S is not above zero", () -> builder().timeout(Duration.ZERO));
    assertRefused(
        "x=[1.5] is of no type that can be sent", () -> builder().parameter("x", List.of(1.5)));
  }

  @Test
  void decoding_outOfRange_refusedByName() {
    assertRefused("block_size=0 is not in [1, 4096]", () -> Decoding.d2f().blockSize(0));
    assertRefused(
        "skip_threshold=1.5 is not in [0.0, 1.0]", () -> Decoding.d2f().skipThreshold(1.5));
    assertRefused("max_active_blocks=-1 is not in >= 0", () -> Decoding.d2f().maxActiveBlocks(-1));
    assertRefused("steps=0 is not in >= 1", () -> Decoding.llada().steps(0));
    assertRefused(
        "threshold and factor are both given", () -> Decoding.fastDllm().factor(1).threshold(0.5));
    assertRefused("eps=1 leaves no time to decode", () -> Decoding.dream().eps(1));
    assertRefused(
        "eb_threshold=-1.0 is not in >= 0.0", () -> Decoding.blockDiffusion().ebThreshold(-1));
    assertRefused(
        "denoising_steps=5 is not in [1, 4]",
        () ->
            builder().decoding(Decoding.blockDiffusion().denoisingSteps(5).blockLength(4)).build());
  }

  @Test
  void prompts_notExactlyOne_refused() {
    assertRefused(
        "none of text_input, messages and input_ids is given",
        () -> GenerateRequest.builder("m").build());
    assertRefused("text_input and input_ids are both given", () -> builder().inputIds(1).build());
    assertRefused(
        "text_input and messages are both given",
        () -> builder().messages(ChatMessage.user("x")).build());
    assertRefused(
        "messages and input_ids are both given",
        () -> GenerateRequest.builder("m").messages(ChatMessage.user("x")).inputIds(1).build());
    assertRefused("model is empty", () -> GenerateRequest.builder(""));
  }

  @Test
  void decoding_replacesAllOfAnEarlierOne_alsoFromAnotherRequest() {
    GenerateRequest first =
        builder().maxTokens(5).decoding(Decoding.d2f().blockSize(8).skipThreshold(0.5)).build();
    assertEquals(
        Map.of("algorithm", "d2f", "block_size", 8, "skip_threshold", 0.5, "max_tokens", 5),
        first.parameters());
    GenerateRequest second = first.toBuilder().decoding(Decoding.dream().steps(3)).build();
    assertEquals(Map.of("algorithm", "dream", "steps", 3, "max_tokens", 5), second.parameters());
    assertEquals(Decoding.d2f().blockSize(8), Decoding.d2f().blockSize(4).blockSize(8));
  }
}
