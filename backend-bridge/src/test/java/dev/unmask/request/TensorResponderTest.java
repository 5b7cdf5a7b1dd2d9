package dev.unmask.request;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.FinishReason;
import dev.unmask.scheduler.UnmaskException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TensorResponderTest {
  private static final JsonMapper JSON = new JsonMapper();
  private static final GenerationDelta NOTHING = delta("");

  private final Responses responses = new Responses();

  private TensorResponder responder(Requests request) {
    return new TensorResponder(new TensorRequestReader("m", true).read(request.build()), responses);
  }

  /** A delta whose tokens have log-probabilities. */
  private static GenerationDelta delta(String text, int... tokenIds) {
    return new GenerationDelta(
        text, tokenIds, IntStream.of(tokenIds).mapToObj(TensorResponderTest::logprob).toList());
  }

  private static TokenLogprob logprob(int tokenId) {
    TokenLogprob other = new TokenLogprob(0, "zero", new byte[0], -3, 2, List.of());
    TokenLogprob own = new TokenLogprob(tokenId, "t" + tokenId, new byte[0], -0.5, 1, List.of());
    return new TokenLogprob(tokenId, "t" + tokenId, new byte[0], -0.5, 1, List.of(own, other));
  }

  private static GenerationResult result(String text, int... tokenIds) {
    return new GenerationResult(
        FinishReason.LENGTH,
        text,
        tokenIds,
        -0.5 * tokenIds.length,
        6,
        4,
        5,
        70,
        new GenerationResult.Timing(11, 12, 13, 14));
  }

  @Test
  void onFinished_notStreamed_givesOneLastResponse() {
    TensorResponder responder =
        responder(
            Requests.prompt()
                .flag("return_finish_reason")
                .flag("return_num_input_tokens")
                .flag("return_num_output_tokens")
                .flag("return_output_ids")
                .flag("return_perf_metrics"));

    responder.onFinished(delta("ab", 1, 2), result("ab", 1, 2));

    assertEquals("last", responses.end);
    assertEquals(
        "[text_output BYTES[1], finish_reason BYTES[1], num_input_tokens UINT32[1],"
            + " num_output_tokens UINT32[1], output_ids INT32[2], arrival_time_ns INT64[1],"
            + " first_scheduled_time_ns INT64[1], first_token_time_ns INT64[1],"
            + " last_token_time_ns INT64[1], num_forward_passes UINT32[1],"
            + " num_query_tokens UINT64[1], num_reused_tokens UINT32[1]]",
        responses.all.get(0).outputs().toString());
    assertEquals(List.of("ab"), responses.texts("text_output"));
    assertEquals(List.of("length"), responses.texts("finish_reason"));
    assertEquals(6, value("num_input_tokens"));
    assertEquals(2, value("num_output_tokens"));
    assertEquals(11, value("arrival_time_ns"));
    assertEquals(12, value("first_scheduled_time_ns"));
    assertEquals(13, value("first_token_time_ns"));
    assertEquals(14, value("last_token_time_ns"));
    assertEquals(5, value("num_forward_passes"));
    assertEquals(70, value("num_query_tokens"));
    assertEquals(4, value("num_reused_tokens"));
  }

  private long value(String name) {
    return responses.tensors(name).get(0).integer(0);
  }

  @Test
  void onFinished_promptIsWantedInTheOutput_comesFirst() {
    responder(Requests.prompt().input(Tensor.ofBools("exclude_input_in_output", false)))
        .onFinished(delta(" world", 1), result(" world", 1));

    assertEquals(List.of("hello world"), responses.texts("text_output"));
  }

  @Test
  void onFinished_emptyAnswerNotStreamed_givesItsEmptyText() {
    responder(Requests.prompt()).onFinished(NOTHING, result(""));

    assertEquals(List.of(""), responses.texts("text_output"));
    assertEquals("last", responses.end);
  }

  @Test
  void onFinished_textNotAmongNamedOutputs_isLeftOut() {
    responder(Requests.prompt().output("output_ids")).onFinished(delta("a", 1), result("a", 1));

    assertEquals(List.of("output_ids"), responses.names(0));
  }

  @Test
  void onDelta_stream_oneResponseEachAndEndOnTheLast() {
    TensorResponder responder = responder(Requests.prompt().stream().flag("return_finish_reason"));

    responder.onDelta(delta("a", 1));
    responder.onDelta(delta("b", 2, 3));
    responder.onFinished(delta("c", 4), result("abc", 1, 2, 3, 4));

    assertEquals(List.of("a", "b", "c"), responses.texts("text_output"));
    assertEquals(List.of("text_output"), responses.names(0));
    assertEquals(List.of("text_output", "finish_reason"), responses.names(2));
    assertEquals("last", responses.end);
  }

  @Test
  void onFinished_streamWithoutRest_endIsToldOnItsOwn() {
    TensorResponder responder = responder(Requests.prompt().stream());

    responder.onDelta(delta("a", 1));
    responder.onFinished(NOTHING, result("a", 1));

    assertEquals(List.of("a"), responses.texts("text_output"));
    assertEquals("completed", responses.end);
  }

  @Test
  void onFinished_streamWithoutRestButEndIsWanted_isOnALastResponse() {
    TensorResponder responder = responder(Requests.prompt().stream().flag("return_finish_reason"));

    responder.onDelta(delta("a", 1));
    responder.onFinished(NOTHING, result("a", 1));

    assertEquals(List.of("a", ""), responses.texts("text_output"));
    assertEquals("last", responses.end);
  }

  @Test
  void onFinished_streamOfEmptyAnswer_givesOneEmptyText() {
    responder(Requests.prompt().stream()).onFinished(NOTHING, result(""));

    assertEquals(List.of(""), responses.texts("text_output"));
    assertEquals("last", responses.end);
  }

  @Test
  void onDelta_tokensWithoutText_areCountedInTheNextResponse() {
    TensorResponder responder =
        responder(Requests.prompt().stream().flag("return_num_output_tokens"));

    responder.onDelta(delta("", 1));
    assertEquals(0, responses.all.size());
    responder.onDelta(delta("é", 2));
    responder.onDelta(delta("", 3));
    responder.onFinished(NOTHING, result("é", 1, 2, 3));

    assertEquals(List.of("é", ""), responses.texts("text_output"));
    assertEquals(
        List.of(2L, 1L),
        responses.tensors("num_output_tokens").stream().map(t -> t.integer(0)).toList());
    assertEquals("last", responses.end);
  }

  @ParameterizedTest
  @MethodSource("perToken")
  void onDelta_tokensWithoutText_areSentWhereTokensAreWanted(String flag) {
    TensorResponder responder = responder(Requests.prompt().stream().flag(flag));

    responder.onDelta(delta("", 1));

    assertEquals(List.of(""), responses.texts("text_output"));
  }

  static List<String> perToken() {
    return List.of("return_output_ids", "return_logprobs", "return_log_probs");
  }

  @Test
  void onDelta_onlyTheEndIsNamed_nothingBeforeIt() {
    TensorResponder responder = responder(Requests.prompt().stream().output("finish_reason"));

    responder.onDelta(delta("a", 1));
    responder.onFinished(delta("b", 2), result("ab", 1, 2));

    assertEquals(1, responses.all.size());
    assertEquals(List.of("finish_reason"), responses.names(0));
    assertEquals("last", responses.end);
  }

  @Test
  void onSnapshot_wanted_isAResponseOfItsOwnBeforeTheDelta() throws JsonProcessingException {
    TensorResponder responder = responder(Requests.prompt().stream().flag("stream_blocks"));

    responder.onSnapshot(
        new BlockSnapshot(
            3, 8, new int[] {1, 4}, new int[] {7, 9}, new String[] {"\"a\n", "é"}, 2, 1500));
    responder.onDelta(delta("a", 1));
    responder.onFinished(NOTHING, result("a", 1));

    assertEquals(List.of("block_snapshot"), responses.names(0));
    assertEquals(List.of("text_output"), responses.names(1));
    assertEquals(
        JSON.readTree(
            """
            {"revision": 3, "length": 8, "positions": [1, 4], "token_ids": [7, 9],
             "texts": ["\\"a\\n", "é"], "committed_to": 2, "elapsed_us": 1500}
            """),
        JSON.readTree(responses.texts("block_snapshot").get(0)));
    assertEquals("completed", responses.end);
  }

  @Test
  void onFinished_onlySnapshotsNamed_endIsToldOnItsOwn() {
    TensorResponder responder =
        responder(Requests.prompt().stream().flag("stream_blocks").output("block_snapshot"));

    responder.onDelta(delta("a", 1));
    responder.onFinished(delta("b", 2), result("ab", 1, 2));

    assertEquals(0, responses.all.size());
    assertEquals("completed", responses.end);
  }

  @Test
  void onSnapshot_notWanted_isDropped() {
    responder(Requests.prompt().stream())
        .onSnapshot(new BlockSnapshot(1, 1, new int[0], new int[0], new String[0], 0, 0));

    assertEquals(0, responses.all.size());
  }

  @Test
  void onError_afterDeltas_isPassedOn() {
    TensorResponder responder = responder(Requests.prompt().stream());

    responder.onDelta(delta("a", 1));
    responder.onError(new UnmaskException(ErrorCode.CANCELLED, "gone"));

    assertEquals("CANCELLED gone", responses.end);
  }

  @Test
  void logprobs_tokens_areObjectsWithTheTokenFirst() {
    responder(Requests.prompt().flag("return_logprobs")).onFinished(delta("x", 7), result("x", 7));

    assertEquals(
        List.of(
            "[{\"7\":{\"logprob\":-0.5,\"rank\":1,\"decoded_token\":\"t7\"},"
                + "\"0\":{\"logprob\":-3.0,\"rank\":2,\"decoded_token\":\"zero\"}}]"),
        responses.texts("logprobs"));
  }

  @Test
  void logprobs_unknownRankAndImpossibleToken_areStillJson() {
    TokenLogprob odd =
        new TokenLogprob(7, "\"", new byte[0], Double.NEGATIVE_INFINITY, 0, List.of());
    responder(Requests.prompt().flag("return_logprobs"))
        .onFinished(new GenerationDelta("x", new int[] {7}, List.of(odd)), result("x", 7));

    assertEquals(
        List.of("[{\"7\":{\"logprob\":-9999.0,\"rank\":null,\"decoded_token\":\"\\\"\"}}]"),
        responses.texts("logprobs"));
  }

  @Test
  void logprobs_noneForTokens_isNull() {
    responder(Requests.prompt().flag("return_logprobs"))
        .onFinished(new GenerationDelta("x", new int[] {7}, List.of()), result("x", 7));

    assertEquals(List.of("null"), responses.texts("logprobs"));
  }

  @Test
  void logprobs_noTokens_isAnEmptyList() {
    responder(Requests.prompt().flag("return_logprobs")).onFinished(NOTHING, result(""));

    assertEquals(List.of("[]"), responses.texts("logprobs"));
  }

  /** However an answer is cut into deltas, the stream adds up to what one response says. */
  @ParameterizedTest
  @MethodSource("seeds")
  void stream_anySplit_addsUpToTheAnswer(int seed) throws JsonProcessingException {
    Random random = new Random(seed);
    int[] tokenIds = random.ints(random.nextInt(40), 1, 500).toArray();
    String[] texts =
        IntStream.of(tokenIds)
            .mapToObj(id -> random.nextInt(3) == 0 ? "" : "<" + id + "é>")
            .toArray(String[]::new);
    GenerationResult result = result(String.join("", texts), tokenIds);
    boolean tokensWanted = random.nextBoolean();

    responder(wanted(tokensWanted)).onFinished(slice(texts, tokenIds, 0, tokenIds.length), result);
    Responses streamed = new Responses();
    TensorResponder stream =
        new TensorResponder(
            new TensorRequestReader("m", true).read(wanted(tokensWanted).stream().build()),
            streamed);
    int from = 0;
    while (from < tokenIds.length && random.nextInt(8) > 0) {
      int to = Math.min(tokenIds.length, from + random.nextInt(6));
      stream.onDelta(slice(texts, tokenIds, from, to));
      from = to;
    }
    stream.onFinished(slice(texts, tokenIds, from, tokenIds.length), result);

    assertEquals(result.text(), String.join("", streamed.texts("text_output")));
    assertEquals(result.text(), String.join("", responses.texts("text_output")));
    assertEquals(integers(responses, "output_ids"), integers(streamed, "output_ids"));
    assertEquals(tokenIds.length, sum(integers(streamed, "num_output_tokens")));
    assertEquals(tokenIds.length, sum(integers(responses, "num_output_tokens")));
    assertEquals(logprobs(responses), logprobs(streamed));
    assertEquals(tokensWanted ? tokenIds.length : 0, logprobs(streamed).size());
    assertEquals(List.of("length"), streamed.texts("finish_reason"));
    assertEquals("last", streamed.end);
  }

  static IntStream seeds() {
    return IntStream.range(0, 200);
  }

  private static Requests wanted(boolean tokens) {
    Requests request =
        Requests.prompt().flag("return_num_output_tokens").flag("return_finish_reason");
    return tokens ? request.flag("return_output_ids").flag("return_logprobs") : request;
  }

  private static GenerationDelta slice(String[] texts, int[] tokenIds, int from, int to) {
    return delta(
        String.join("", Arrays.copyOfRange(texts, from, to)),
        Arrays.copyOfRange(tokenIds, from, to));
  }

  private static List<Long> integers(Responses responses, String name) {
    List<Long> values = new ArrayList<>();
    for (Tensor tensor : responses.tensors(name)) {
      for (int i = 0; i < tensor.elements(); i++) {
        values.add(tensor.integer(i));
      }
    }
    return values;
  }

  private static long sum(List<Long> values) {
    return values.stream().mapToLong(Long::longValue).sum();
  }

  private static List<JsonNode> logprobs(Responses responses) throws JsonProcessingException {
    List<JsonNode> tokens = new ArrayList<>();
    for (String text : responses.texts("logprobs")) {
      JSON.readTree(text).forEach(tokens::add);
    }
    return tokens;
  }

  @Test
  void onFinished_outputThatCannotBeMade_tellsAnError() {
    TensorResponder responder = responder(Requests.prompt().flag("return_logprobs"));
    responder.onFinished(
        new GenerationDelta("a", new int[] {1}, Arrays.asList((TokenLogprob) null)),
        result("a", 1));
    assertEquals("INTERNAL response cannot be made: NullPointerException", responses.end);
  }
}
