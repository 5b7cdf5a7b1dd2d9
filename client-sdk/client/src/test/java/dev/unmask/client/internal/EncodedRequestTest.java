package dev.unmask.client.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.unmask.client.ChatMessage;
import dev.unmask.client.Datatype;
import dev.unmask.client.Decoding;
import dev.unmask.client.GenerateRequest;
import dev.unmask.client.InvalidRequestException;
import dev.unmask.client.ModelFormat;
import dev.unmask.client.Tensor;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class EncodedRequestTest {
  private static GenerateRequest.Builder builder() {
    return GenerateRequest.builder("m").prompt("p");
  }

  private static Map<String, Tensor> tensors(GenerateRequest request, boolean stream) {
    Map<String, Tensor> tensors = new TreeMap<>();
    EncodedRequest.of(request, stream).tensors().forEach(t -> tensors.put(t.name(), t));
    return tensors;
  }

  @Test
  void unmask_everyParameterIsATensor() {
    GenerateRequest request =
        builder()
            .maxTokens(7)
            .temperature(0.9)
            .seed(-1)
            .stopWords("a", "b")
            .stopTokenIds(3, 4)
            .decoding(Decoding.d2f().ranking(Decoding.Ranking.MARGIN))
            .tokenIds(true)
            .parameter("unknown", 5)
            .build();
    Map<String, Tensor> tensors = tensors(request, true);
    assertArrayEquals(new int[] {7}, tensors.get("max_tokens").asInts());
    assertArrayEquals(new float[] {0.9f}, tensors.get("temperature").asFloats());
    assertEquals(Datatype.UINT64, tensors.get("seed").datatype());
    assertArrayEquals(new String[] {"a", "b"}, tensors.get("stop_words").asStrings());
    assertArrayEquals(new int[] {3, 4}, tensors.get("stop_token_ids").asInts());
    assertArrayEquals(new String[] {"margin"}, tensors.get("ranking").asStrings());
    assertArrayEquals(new boolean[] {true}, tensors.get("stream").asBools());
    assertArrayEquals(new boolean[] {true}, tensors.get("return_output_ids").asBools());
    assertEquals(Map.of("unknown", 5L), EncodedRequest.of(request, true).parameters());
    assertEquals(false, tensors.containsKey("return_logprobs"));
  }

  @Test
  void unmask_messagesAreJson() {
    GenerateRequest request =
        GenerateRequest.builder("m")
            .messages(ChatMessage.system("s"), ChatMessage.user("\"u\""))
            .build();
    assertArrayEquals(
        new String[] {
          "[{\"role\":\"system\",\"content\":\"s\"},{\"role\":\"user\",\"content\":\"\\\"u\\\"\"}]"
        },
        tensors(request, false).get("messages").asStrings());
  }

  @Test
  void vllm_samplingParametersAreJson() {
    GenerateRequest request =
        builder()
            .format(ModelFormat.VLLM)
            .maxTokens(7)
            .temperature(0)
            .stopWords("x")
            .logprobs(2)
            .build();
    Map<String, Tensor> tensors = tensors(request, false);
    assertEquals(
        List.of(
            "exclude_input_in_output",
            "return_cumulative_logprob",
            "return_finish_reason",
            "return_logprobs",
            "return_num_input_tokens",
            "return_num_output_tokens",
            "sampling_parameters",
            "text_input"),
        List.copyOf(tensors.keySet()));
    assertEquals(
        Json.read("{\"max_tokens\":7,\"temperature\":0.0,\"stop\":[\"x\"],\"logprobs\":2}", ""),
        Json.read(tensors.get("sampling_parameters").asStrings()[0], ""));
  }

  @Test
  void tensorRtLlm_hasABatchDimension() {
    GenerateRequest request =
        builder().format(ModelFormat.TENSORRT_LLM).maxTokens(7).stopWords("a", "b").build();
    Map<String, Tensor> tensors = tensors(request, true);
    assertArrayEquals(new long[] {1, 1}, tensors.get("text_input").shape());
    assertArrayEquals(new long[] {1, 2}, tensors.get("stop_words").shape());
    assertArrayEquals(new boolean[] {true}, tensors.get("exclude_input_in_output").asBools());
  }

  @Test
  void whatAFormatLacks_isRefused() {
    assertRefused(
        "algorithm=d2f is no input of format VLLM",
        builder().format(ModelFormat.VLLM).decoding(Decoding.d2f()).build(),
        true);
    assertRefused(
        "input_ids is no input of format TENSORRT_LLM",
        GenerateRequest.builder("m").format(ModelFormat.TENSORRT_LLM).inputIds(1).build(),
        true);
    assertRefused(
        "stream_blocks=true needs stream=true", builder().blockSnapshots(true).build(), false);
    assertRefused(
        "other=[1] is a list and no known input",
        builder().parameter("other", List.of(1)).build(),
        true);
    assertRefused(
        "max_tokens=many does not suit an input of type INT32",
        builder().parameter("max_tokens", "many").build(),
        true);
  }

  private static void assertRefused(String message, GenerateRequest request, boolean stream) {
    InvalidRequestException refused =
        assertThrows(InvalidRequestException.class, () -> EncodedRequest.of(request, stream));
    assertEquals(message, refused.getMessage());
  }
}
