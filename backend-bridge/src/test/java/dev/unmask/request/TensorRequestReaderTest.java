package dev.unmask.request;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.unmask.bridge.text.ChatMessage;
import dev.unmask.repository.TensorSpec;
import dev.unmask.repository.TensorSpecs;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class TensorRequestReaderTest {
  private static final TensorRequestReader READER = new TensorRequestReader("m", true);

  private static TensorRequest read(Requests request) {
    return READER.read(request.build());
  }

  private static GenerationInput input(Requests request) {
    return read(request).input();
  }

  private static Map<String, Object> parameters(Requests request) {
    return input(request).parameters();
  }

  @Test
  void read_promptAlone_hasDefaults() {
    TensorRequest read = read(Requests.prompt());
    GenerationInput input = read.input();

    assertEquals("hello", input.text());
    assertNull(input.inputIds());
    assertNull(input.messages());
    assertFalse(input.plain());
    assertEquals(Map.of(), input.parameters());
    assertEquals(List.of(), input.stopWords());
    assertEquals(List.of(), input.badWords());
    assertFalse(input.stream());
    assertFalse(input.streamBlocks());
    assertEquals(-1, input.logprobs());
    assertEquals(0, input.priority());
    assertEquals(0, input.timeoutMicros());
    assertEquals(17, input.arrivalNanos());
    assertEquals(EnumSet.of(Output.TEXT_OUTPUT), read.outputs());
    assertEquals("", read.echo());
  }

  @Test
  void read_tokenIds_areTakenAsTheyAre() {
    GenerationInput input =
        input(Requests.empty().input(Tensor.ofInts("input_ids", 5, -1, 7)).flag("raw_prompt"));

    assertNull(input.text());
    assertArrayEquals(new int[] {5, -1, 7}, input.inputIds());
    assertTrue(input.plain());
  }

  @Test
  void read_messages_keepRolesJoinTextPartsAndIgnoreWhatIsUnknown() {
    GenerationInput input =
        input(
            Requests.conversation(
                """
                [{"role": "system", "content": "s", "tool_calls": [], "x": {"y": 1}},
                 {"role": "user", "content": [{"type": "text", "text": "a", "z": 1},
                                              {"type": "text", "text": "é"}]}]
                """));

    assertEquals(
        List.of(new ChatMessage("system", "s"), ChatMessage.user("a\né")), input.messages());
    assertNull(input.text());
    assertNull(input.inputIds());
    assertFalse(input.plain());
  }

  @Test
  void read_noMessages_areLeftToTheModel() {
    assertEquals(List.of(), input(Requests.conversation("[]")).messages());
  }

  @Test
  void read_messagesElsewhereThanInTheTensor_areIgnored() {
    GenerationInput input =
        input(Requests.prompt().parameter("messages", "x").sampling("{\"messages\": [1]}"));

    assertEquals("hello", input.text());
    assertNull(input.messages());
  }

  static Stream<Arguments> scalarValues() {
    return TensorSpecs.PARAMETER_INPUTS.stream()
        .filter(TensorSpec::isScalar)
        .map(
            spec ->
                switch (spec.type()) {
                  case BOOL -> arguments(Tensor.ofBools(spec.name(), true), true);
                  case INT32 -> arguments(Tensor.ofInts(spec.name(), 3), 3L);
                  case UINT64 -> arguments(Tensor.ofUnsignedLongs(spec.name(), -2), -2L);
                  case FP32 -> arguments(Tensor.ofFloats(spec.name(), 0.9f), 0.9);
                  case BYTES -> arguments(Tensor.ofStrings(spec.name(), "dual"), "dual");
                  default -> throw new AssertionError(spec);
                });
  }

  @ParameterizedTest
  @MethodSource("scalarValues")
  void read_parameterTensor_reachesParametersByName(Tensor tensor, Object value) {
    assertEquals(Map.of(tensor.name(), value), parameters(Requests.prompt().input(tensor)));
    assertEquals(
        Map.of(tensor.name(), value),
        parameters(
            Requests.prompt()
                .input(
                    Tensor.of(
                        tensor.name(), tensor.datatype(), new long[] {1, 1}, tensor.content()))),
        "shape [1,1]");
  }

  @Test
  void read_singlePrecision_isTheDecimalNumberThatWasMeant() {
    for (int thousandths = 0; thousandths <= 2000; thousandths++) {
      double meant = thousandths / 1000.0;
      Tensor tensor = Tensor.ofFloats("threshold", (float) meant);

      assertEquals(Map.of("threshold", meant), parameters(Requests.prompt().input(tensor)));
    }
  }

  @Test
  void read_lists_takeBothShapes() {
    Tensor flat = Tensor.ofInts("stop_token_ids", 1, 2);
    Tensor row = Tensor.of(flat.name(), flat.datatype(), new long[] {1, 2}, flat.content());
    Tensor words =
        Tensor.ofBytes("stop_words", new long[] {1, 2}, "a".getBytes(UTF_8), "é".getBytes(UTF_8));

    assertEquals(
        Map.of("stop_token_ids", List.of(1L, 2L)), parameters(Requests.prompt().input(flat)));
    assertEquals(
        Map.of("stop_token_ids", List.of(1L, 2L)), parameters(Requests.prompt().input(row)));
    assertEquals(List.of("a", "é"), input(Requests.prompt().input(words)).stopWords());
  }

  @Test
  void read_emptyWords_countAsNone() {
    GenerationInput input =
        input(
            Requests.prompt()
                .input(Tensor.ofStrings("stop_words", ""))
                .input(Tensor.ofStrings("bad_words", "", "x")));

    assertEquals(List.of(), input.stopWords());
    assertEquals(List.of("x"), input.badWords());
  }

  @Test
  void read_samplingJson_reachesParameters() {
    GenerationInput input =
        input(
            Requests.prompt()
                .sampling(
                    """
                    {"max_tokens": "100", "temperature": 0.5, "top_k": -1, "ignore_eos": true,
                     "stop": ["a", "b"], "bad_words": "c", "seed": 18446744073709551615,
                     "stop_token_ids": [1, 2], "top_p": null, "n": 1, "best_of": "1",
                     "logit_bias": {}, "lora_name": null, "no_such_key": {"a": 1},
                     "presence_penalty": 0.0, "min_length": 4, "steps": 8}
                    """));

    assertEquals(
        Map.of(
            "max_tokens",
            "100",
            "temperature",
            0.5,
            "top_k",
            -1,
            "ignore_eos",
            true,
            "seed",
            -1L,
            "stop_token_ids",
            List.of(1, 2),
            "presence_penalty",
            0.0,
            "min_tokens",
            4,
            "steps",
            8),
        input.parameters());
    assertEquals(List.of("a", "b"), input.stopWords());
    assertEquals(List.of("c"), input.badWords());
  }

  @Test
  void read_requestParameters_reachParametersAndOthersAreIgnored() {
    GenerationInput input =
        input(
            Requests.prompt()
                .parameter("max_tokens", 9L)
                .parameter("threshold", 0.5)
                .parameter("cache", "dual")
                .parameter("greedy", true)
                .parameter("stop", "x")
                .parameter("priority", 2L)
                .parameter("timeout", "1500")
                .parameter("sequence_id", 5L)
                .parameter("sequence_start", true)
                .parameter("headers", "h")
                .parameter("binary_data_output", true)
                .parameter("triton_enable_empty_final_response", true)
                .parameter("text_input", "other")
                .parameter("no_such_key", "x"));

    assertEquals(
        Map.of("max_tokens", 9L, "threshold", 0.5, "cache", "dual", "greedy", true),
        input.parameters());
    assertEquals("hello", input.text());
    assertEquals(List.of("x"), input.stopWords());
    assertEquals(2, input.priority());
    assertEquals(1500, input.timeoutMicros());
  }

  @ParameterizedTest
  @CsvSource({
    "max_tokens,max_tokens",
    "max_tokens,gen_length",
    "gen_length,max_new_tokens",
    "min_tokens,min_tokens"
  })
  void read_sameValueFromAllSources_tensorWinsThenJsonThenParameter(String one, String other) {
    Requests parameter = Requests.prompt().parameter(one, 1L);
    Requests json = Requests.prompt().parameter(one, 1L).sampling("{\"" + other + "\": 2}");
    Requests tensor =
        Requests.prompt()
            .parameter(one, 1L)
            .sampling("{\"" + other + "\": 2}")
            .input(Tensor.ofInts(one, 3));

    assertEquals(Map.of(one, 1L), parameters(parameter));
    assertEquals(Map.of(other, 2), parameters(json));
    assertEquals(Map.of(one, 3L), parameters(tensor));
  }

  @Test
  void read_stopFromTwoSources_isThatOfTheHigher() {
    Requests request =
        Requests.prompt()
            .parameter("stop", "p")
            .sampling("{\"stop\": \"j\"}")
            .input(Tensor.ofStrings("stop_words", "t"));

    assertEquals(List.of("t"), input(request).stopWords());
    assertEquals(
        List.of("j"),
        input(Requests.prompt().parameter("stop_words", "p").sampling("{\"stop\": \"j\"}"))
            .stopWords());
  }

  @Test
  void read_nullInJson_leavesLowerSource() {
    assertEquals(
        Map.of("top_k", 5L),
        parameters(Requests.prompt().parameter("top_k", 5L).sampling("{\"top_k\": null}")));
  }

  @Test
  void read_priorities_ownNameWins() {
    assertEquals(
        3,
        input(
                Requests.prompt()
                    .parameter("priority", 9L)
                    .input(Tensor.ofInts("request_priority", 3)))
            .priority());
    assertEquals(
        4,
        input(Requests.prompt().parameter("priority", 9L).parameter("request_priority", 4L))
            .priority());
  }

  @Test
  void read_neutralValues_arePassedOnSinceTheyWereGiven() {
    assertEquals(
        Map.of("repetition_penalty", 1.0, "temperature", 0.0),
        parameters(
            Requests.prompt()
                .input(Tensor.ofFloats("repetition_penalty", 1))
                .input(Tensor.ofFloats("temperature", 0))));
  }

  @ParameterizedTest
  @CsvSource({
    "return_finish_reason,FINISH_REASON",
    "return_cumulative_logprob,CUMULATIVE_LOGPROB",
    "return_log_probs,LOGPROBS",
    "return_logprobs,LOGPROBS",
    "return_num_input_tokens,NUM_INPUT_TOKENS",
    "return_num_output_tokens,NUM_OUTPUT_TOKENS",
    "return_output_ids,OUTPUT_IDS"
  })
  void read_returnFlag_addsItsOutput(String flag, Output output) {
    assertEquals(
        EnumSet.of(Output.TEXT_OUTPUT, output), read(Requests.prompt().flag(flag)).outputs());
    assertEquals(
        EnumSet.of(Output.TEXT_OUTPUT),
        read(Requests.prompt().input(Tensor.ofBools(flag, false))).outputs());
  }

  @Test
  void read_perfMetrics_addTimesAndCounts() {
    assertEquals(
        EnumSet.of(
            Output.TEXT_OUTPUT,
            Output.ARRIVAL_TIME_NS,
            Output.FIRST_SCHEDULED_TIME_NS,
            Output.FIRST_TOKEN_TIME_NS,
            Output.LAST_TOKEN_TIME_NS,
            Output.NUM_FORWARD_PASSES,
            Output.NUM_QUERY_TOKENS,
            Output.NUM_REUSED_TOKENS),
        read(Requests.prompt().flag("return_perf_metrics")).outputs());
  }

  @Test
  void read_namedOutputs_areTheOutputs() {
    assertEquals(
        EnumSet.of(Output.OUTPUT_IDS, Output.FINISH_REASON),
        read(Requests.prompt()
                .flag("return_num_input_tokens")
                .output("output_ids", "finish_reason"))
            .outputs());
  }

  @Test
  void read_allOutputsNamed_isAsIfNoneWere() {
    String[] all = TensorSpecs.OUTPUTS.stream().map(TensorSpec::name).toArray(String[]::new);

    assertEquals(
        EnumSet.of(Output.TEXT_OUTPUT), read(Requests.prompt().stream().output(all)).outputs());
    assertEquals(
        EnumSet.of(Output.TEXT_OUTPUT, Output.OUTPUT_IDS),
        read(Requests.prompt().flag("return_output_ids").output(all)).outputs());
  }

  @Test
  void read_snapshotsNamed_needTheirFlag() {
    String[] most =
        TensorSpecs.OUTPUTS.stream().map(TensorSpec::name).skip(1).toArray(String[]::new);

    TensorRequest without = read(Requests.prompt().stream().output(most));
    TensorRequest with = read(Requests.prompt().stream().flag("stream_blocks").output(most));

    assertFalse(without.outputs().contains(Output.BLOCK_SNAPSHOT));
    assertFalse(without.input().streamBlocks());
    assertTrue(with.outputs().contains(Output.BLOCK_SNAPSHOT));
    assertTrue(with.input().streamBlocks());
  }

  static Stream<Arguments> logprobs() {
    return Stream.of(
        arguments(Requests.prompt(), -1),
        arguments(Requests.prompt().flag("return_logprobs"), 0),
        arguments(Requests.prompt().flag("return_log_probs"), 0),
        arguments(Requests.prompt().flag("return_cumulative_logprob"), 0),
        arguments(Requests.prompt().output("logprobs"), 0),
        arguments(Requests.prompt().input(Tensor.ofInts("logprobs", 3)), -1),
        arguments(Requests.prompt().flag("return_logprobs").input(Tensor.ofInts("logprobs", 3)), 3),
        arguments(Requests.prompt().flag("return_logprobs").sampling("{\"logprobs\": \"2\"}"), 2),
        arguments(Requests.prompt().flag("return_logprobs").sampling("{\"logprobs\": true}"), 0));
  }

  @ParameterizedTest
  @MethodSource("logprobs")
  void read_logprobs_areRecordedWhereAnOutputWantsThem(Requests request, int expected) {
    assertEquals(expected, input(request).logprobs());
  }

  @Test
  void read_echo_isThePrompt() {
    assertEquals(
        "hello",
        read(Requests.prompt().input(Tensor.ofBools("exclude_input_in_output", false))).echo());
    assertEquals("", read(Requests.prompt().flag("exclude_input_in_output")).echo());
  }
}
