package dev.unmask.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.unmask.repository.TensorSpec;
import dev.unmask.repository.TensorSpecs;
import dev.unmask.request.InferResponse;
import dev.unmask.request.Tensor;
import dev.unmask.scheduler.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * How a served model behaves, whoever serves it: the same requests in tensors, the same answers and
 * the same errors. Edges may differ in what they add, never in what they mean.
 */
@Timeout(300)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class ServingContract {
  private static final int ALL_PASSES = 896;

  /** One sequence at a time: whoever comes second waits. */
  static final String NARROW = "narrow_llada";

  /** The same, and only two may wait. */
  static final String TIGHT = "tight_llada";

  static final String UNARY = "unary_ar";

  private ServingTarget target;

  /** Starts the server of {@link #repository()}. */
  abstract ServingTarget start();

  static WireRepository repository() {
    String backend = "backend: 'unmask'";
    return new WireRepository()
        .add("tiny_ar", "tiny_ar", backend)
        .add("tiny_d2f", "tiny_d2f", backend)
        .add("tiny_llada", "tiny_llada", backend)
        .add(UNARY, "tiny_ar", backend, WireRepository.NOT_DECOUPLED)
        .add(NARROW, "tiny_llada", backend, setting("max_sequences", 1))
        .add(
            TIGHT,
            "tiny_llada",
            backend,
            setting("max_sequences", 1),
            setting("max_queue_size", 2));
  }

  private static String setting(String name, int value) {
    return "parameters { key: '" + name + "' value { string_value: '" + value + "' } }";
  }

  @BeforeAll
  void startServer() {
    target = start();
  }

  @AfterAll
  void stopServer() {
    if (target != null) {
      target.close();
    }
  }

  final ServingTarget target() {
    return target;
  }

  private void awaitIdle(String model) {
    Poll.until("nothing is in progress", () -> target.scrape().isIdle(model));
  }

  // One response, and streams of them

  @Test
  void generate_isOneResponse() {
    Answer answer = Ask.prompt("tiny_ar").start(target);
    assertEquals(ServedTest.AR_ANSWER, answer.only().outputs().get(0).text(0));
    assertEquals(1, answer.last().outputs().size());
    assertArrayEquals(new long[] {1}, answer.tensor("text_output").shape());
  }

  @ParameterizedTest
  @ValueSource(strings = {"tiny_ar", "tiny_d2f", "tiny_llada"})
  void stream_addsUpToTheWhole(String model) {
    Answer whole = Ask.prompt(model).flag("return_output_ids").start(target).ok();
    Answer stream = Ask.prompt(model).flag("return_output_ids").stream().start(target).ok();
    assertEquals(whole.text(), stream.text());
    assertArrayEquals(whole.ids(), stream.ids());
    assertTrue(whole.ids().length > 0);
    assertTrue(stream.responses().size() > 1 || model.equals("tiny_llada"), model);
  }

  @Test
  void generate_unary_isOneResponse() {
    assertEquals(ServedTest.AR_ANSWER, Ask.prompt(UNARY).start(target).ok().text());
    assertEquals(
        "Streaming is only supported in decoupled mode.", message(Ask.prompt(UNARY).stream()));
  }

  @Test
  void generate_inputIds_areTakenAsTheyAre() {
    GoldenLine line = GoldenLine.read("d2f.jsonl").get(0);
    assertArrayEquals(line.answerIds(), Ask.golden(line).start(target).ok().ids());
    assertArrayEquals(line.answerIds(), Ask.golden(line).stream().start(target).ok().ids());
  }

  @Test
  void generate_eightAtOnce_areAsAlone() {
    List<GoldenLine> lines = GoldenLine.read("d2f.jsonl").subList(0, 8);
    List<Answer> answers = new ArrayList<>();
    for (GoldenLine line : lines) {
      Ask ask = Ask.golden(line);
      answers.add((answers.size() % 2 == 0 ? ask : ask.stream()).start(target));
    }
    for (int i = 0; i < lines.size(); i++) {
      assertArrayEquals(
          lines.get(i).answerIds(), answers.get(i).ok().ids(), lines.get(i)::toString);
    }
  }

  @Test
  void generate_textInAnyScript_isTaken() {
    Answer answer =
        Ask.of("tiny_ar").text("text_input", "Zoë hat 7 Äpfel – 日本 🙂").start(target).ok();
    assertEquals(
        answer.text(),
        Ask.of("tiny_ar").text("text_input", "Zoë hat 7 Äpfel – 日本 🙂").start(target).ok().text());
  }

  @ParameterizedTest
  @ValueSource(strings = {"tiny_ar", "tiny_d2f", "tiny_llada"})
  void generate_messages_ofOneUser_areAsItsText(String model) {
    String question = ServedTest.PROMPT;
    Answer text = Ask.prompt(model).flag("return_num_input_tokens").start(target).ok();
    for (Object content : List.of(question, List.of(Map.of("type", "text", "text", question)))) {
      Answer messages =
          Ask.conversation(model, Map.of("role", "user", "content", content))
              .flag("return_num_input_tokens")
              .start(target)
              .ok();
      assertEquals(text.text(), messages.text());
      assertEquals(
          text.tensor("num_input_tokens").integer(0),
          messages.tensor("num_input_tokens").integer(0));
    }
  }

  @Test
  void messages_wrong_areNamed() {
    assertEquals(
        "text_input and messages are both given",
        message(Ask.prompt("tiny_ar").text("messages", "[]")));
    assertEquals("messages=[] has no message", message(Ask.conversation("tiny_ar")));
    assertEquals(
        "input 'messages'[0].content=null, but a text is required",
        message(Ask.conversation("tiny_ar", Map.of("role", "user"))));
  }

  // What is returned

  @Test
  void flags_addOutputsToTheLastResponse() {
    Answer answer =
        Ask.prompt("tiny_d2f").stream()
            .flag("return_finish_reason")
            .flag("return_num_input_tokens")
            .flag("return_num_output_tokens")
            .flag("return_output_ids")
            .flag("return_perf_metrics")
            .start(target)
            .ok();
    assertEquals("stop", answer.tensor("finish_reason").text(0));
    assertTrue(answer.tensor("num_input_tokens").integer(0) > 10);
    assertEquals(answer.ids().length, answer.tokens());
    long arrival = answer.tensor("arrival_time_ns").integer(0);
    long scheduled = answer.tensor("first_scheduled_time_ns").integer(0);
    long first = answer.tensor("first_token_time_ns").integer(0);
    long last = answer.tensor("last_token_time_ns").integer(0);
    assertTrue(arrival < scheduled && scheduled < first && first <= last);
    assertTrue(answer.tensor("num_forward_passes").integer(0) < answer.ids().length);
    for (InferResponse response : answer.responses().subList(0, answer.responses().size() - 1)) {
      assertFalse(Answer.has(response, "finish_reason"));
    }
  }

  @Test
  void outputs_named_areThose() {
    InferResponse response =
        Ask.prompt("tiny_ar").outputs("finish_reason", "output_ids").start(target).only();
    assertEquals(2, response.outputs().size());
    assertTrue(Answer.has(response, "finish_reason") && Answer.has(response, "output_ids"));
  }

  @Test
  void outputs_allNamed_isAsIfNoneWere() {
    String[] all = TensorSpecs.OUTPUTS.stream().map(TensorSpec::name).toArray(String[]::new);
    InferResponse response = Ask.prompt("tiny_ar").outputs(all).start(target).only();
    assertEquals(1, response.outputs().size());
  }

  @Test
  void outputs_unknown_isInvalid() {
    String message = message(Ask.prompt("tiny_ar").outputs("text_out"));
    assertTrue(
        message.contains("unexpected inference output 'text_out' for model 'tiny_ar'"), message);
  }

  @Test
  void logprobs_areListedPerToken() {
    Answer answer =
        Ask.prompt("tiny_ar")
            .flag("return_logprobs")
            .flag("return_cumulative_logprob")
            .flag("return_output_ids")
            .number("logprobs", 2)
            .number("max_tokens", 4)
            .start(target)
            .ok();
    JsonNode list = HttpClientFixture.parse(answer.tensor("logprobs").text(0));
    assertEquals(4, list.size());
    double sum = 0;
    for (int i = 0; i < 4; i++) {
      String token = Integer.toString(answer.ids()[i]);
      assertTrue(list.get(i).size() >= 2);
      sum += list.get(i).get(token).get("logprob").asDouble();
    }
    assertEquals(sum, answer.tensor("cumulative_logprob").real(0), 1e-4);
  }

  @Test
  void echo_isThePromptBeforeTheAnswer() {
    Answer answer =
        Ask.prompt("tiny_ar")
            .with(Tensor.ofBools("exclude_input_in_output", false))
            .start(target)
            .ok();
    assertEquals(ServedTest.PROMPT + ServedTest.AR_ANSWER, answer.text());
  }

  // Parameters

  @Test
  void maxTokens_tensorBeforeSamplingParametersBeforeParameter() {
    Ask ask = Ask.prompt("tiny_ar").flag("return_num_output_tokens").parameter("max_tokens", 6L);
    assertEquals(6, ask.start(target).ok().tokens());
    ask.sampling("{\"max_tokens\": \"4\"}");
    assertEquals(4, ask.start(target).ok().tokens());
    ask.number("max_tokens", 2);
    assertEquals(2, ask.start(target).ok().tokens());
  }

  @Test
  void parameters_ofEveryType_areRead() {
    Answer answer =
        Ask.prompt("tiny_ar")
            .parameter("max_tokens", "5")
            .parameter("temperature", 0.0)
            .parameter("return_num_output_tokens", true)
            .parameter("seed", 7L)
            .parameter("some_client_says", "hello")
            .start(target)
            .ok();
    assertEquals(5, answer.tokens());
  }

  @Test
  void seed_sampling_repeats() {
    Ask ask =
        Ask.prompt("tiny_ar")
            .real("temperature", 8)
            .with(Tensor.ofUnsignedLongs("seed", -3))
            .number("max_tokens", 32)
            .flag("ignore_eos");
    String first = ask.start(target).ok().text();
    assertEquals(first, ask.start(target).ok().text());
    String other =
        Ask.prompt("tiny_ar")
            .real("temperature", 8)
            .with(Tensor.ofUnsignedLongs("seed", 4))
            .number("max_tokens", 32)
            .flag("ignore_eos")
            .start(target)
            .ok()
            .text();
    assertFalse(first.equals(other));
  }

  @Test
  void stopWords_cutTheAnswer() {
    Answer answer =
        Ask.prompt("tiny_ar")
            .text("stop_words", "= 12", "nothing")
            .flag("return_finish_reason")
            .start(target)
            .ok();
    String expected = ServedTest.AR_ANSWER.substring(0, ServedTest.AR_ANSWER.indexOf("= 12"));
    assertEquals(expected, answer.text());
    assertEquals("stop", answer.tensor("finish_reason").text(0));
    Answer stream =
        Ask.prompt("tiny_ar").text("stop_words", "= 12", "nothing").stream().start(target).ok();
    assertEquals(expected, stream.text());
    awaitIdle("tiny_ar");
  }

  @Test
  void badWords_areKeptOut() {
    String without = Ask.prompt("tiny_ar").text("bad_words", "starts").start(target).ok().text();
    assertFalse(without.contains("starts"), without);
  }

  // What is wrong

  private String message(Ask ask) {
    return ask.start(target).failure(ErrorCode.INVALID_ARGUMENT);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"max_tokens\": \"many\"} | max_tokens",
        "{\"temperature\": \"NaN\"} | temperature",
        "{\"top_p\": 1.5} | top_p=1.5",
        "{\"n\": 2} | n=2 is not supported",
        "{\"algorithm\": \"d2f\"} | algorithm",
        "{\"stop\": 7} | stop",
        "{\"min_tokens\": 9, \"max_tokens\": 3} | min_tokens",
        "[] | sampling_parameters",
        "{ | sampling_parameters",
      })
  void samplingParameters_wrong_areNamed(String json, String named) {
    String message = message(Ask.prompt("tiny_ar").sampling(json));
    assertTrue(message.contains(named), message);
  }

  @Test
  void inputs_wrong_areNamed() {
    assertEquals(
        "none of text_input, messages and input_ids is given",
        message(Ask.of("tiny_ar").number("top_k", 1)));
    assertEquals(
        "text_input and input_ids are both given",
        message(Ask.prompt("tiny_ar").number("input_ids", 5)));
    assertEquals(
        "max_tokens=-5 is not in >= 1", message(Ask.prompt("tiny_ar").number("max_tokens", -5)));
    assertEquals(
        "input 'text_input' is not valid UTF-8",
        message(
            Ask.of("tiny_ar")
                .with(Tensor.ofBytes("text_input", new long[] {1}, new byte[] {(byte) 0xff}))));
    assertEquals(
        "stream_blocks=true needs stream=true",
        message(Ask.prompt("tiny_ar").flag("stream_blocks")));
    assertEquals(
        "stream=maybe is not true or false",
        message(Ask.prompt("tiny_ar").parameter("stream", "maybe")));
  }

  /** What Triton's core checks itself, and the embedded server in its words. */
  @Test
  void inputs_againstTheConfiguration_areNamed() {
    String unknown = message(Ask.prompt("tiny_ar").number("max_token", 5));
    assertTrue(
        unknown.contains("unexpected inference input 'max_token' for model 'tiny_ar'"), unknown);
    String type = message(Ask.of("tiny_ar").number("text_input", 5));
    assertTrue(type.contains("inference input 'text_input' data-type is 'INT32'"), type);
    assertTrue(type.contains("expects 'BYTES'"), type);
    String shape = message(Ask.of("tiny_ar").text("text_input", "a", "b"));
    assertTrue(
        shape.contains("unexpected shape for input 'text_input' for model 'tiny_ar'"), shape);
    assertTrue(shape.contains("[1]") && shape.contains("[2]"), shape);
  }

  @Test
  void model_unknown_isNotFound() {
    String message = Ask.prompt("tiny_x").start(target).failure(ErrorCode.NOT_FOUND);
    assertTrue(message.contains("Request for unknown model: 'tiny_x'"), message);
  }

  @Test
  void failed_othersGoOn() {
    Answer good = Ask.prompt("tiny_d2f").start(target);
    message(Ask.prompt("tiny_d2f").number("max_tokens", -1));
    Answer alsoGood = Ask.prompt("tiny_d2f").start(target);
    assertEquals(good.ok().text(), alsoGood.ok().text());
  }

  // Limits

  @Test
  void prompt_longerThanTheContext_isRefusedWithItsLength() {
    int[] ids = IntStream.range(0, 1025).map(i -> 40).toArray();
    String tokens = message(Ask.of("tiny_ar").with(Tensor.ofInts("input_ids", ids)));
    assertTrue(tokens.contains("1025 tokens") && tokens.contains("1024"), tokens);
    String text = message(Ask.of("tiny_ar").text("text_input", "a".repeat(1_000_000)));
    assertTrue(text.contains("1000000 characters"), text);
  }

  @Test
  void maxTokens_beyondTheContext_isRefused() {
    String message = message(Ask.prompt("tiny_ar").number("max_tokens", 2000));
    assertTrue(message.contains("max_tokens=2000") && message.contains("context"), message);
  }

  @Test
  void lists_tooLong_areRefused() {
    String[] words = IntStream.range(0, 5000).mapToObj(i -> "w" + i).toArray(String[]::new);
    String message = message(Ask.prompt("tiny_ar").text("stop_words", words));
    assertTrue(message.contains("'stop_words' has 5000 elements, more than 4096"), message);
  }

  // Snapshots

  @ParameterizedTest
  @ValueSource(strings = {"tiny_d2f", "tiny_llada"})
  void snapshots_addUpToTheAnswer(String model) {
    Answer answer =
        Ask.prompt(model).stream()
            .flag("stream_blocks")
            .flag("return_output_ids")
            .start(target)
            .ok();
    TreeMap<Integer, Integer> tokens = new TreeMap<>();
    int revision = -1;
    for (InferResponse response : answer.responses()) {
      if (Answer.has(response, "block_snapshot")) {
        assertEquals(1, response.outputs().size());
        JsonNode snapshot =
            HttpClientFixture.parse(Answer.tensor(response, "block_snapshot").text(0));
        assertTrue(snapshot.get("revision").asInt() > revision);
        revision = snapshot.get("revision").asInt();
        for (int i = 0; i < snapshot.get("positions").size(); i++) {
          tokens.put(
              snapshot.get("positions").get(i).asInt(), snapshot.get("token_ids").get(i).asInt());
        }
      }
    }
    assertTrue(revision >= 0, "no snapshot came");
    int[] ids = answer.ids();
    for (int i = 0; i < ids.length; i++) {
      assertEquals(ids[i], tokens.get(i), "position " + i);
    }
    assertEquals(Ask.prompt(model).stream().start(target).ok().text(), answer.text());
  }

  // Giving up

  @Test
  void cancel_whileDecoding_freesWhatItHeld() {
    Scrape before = target.scrape();
    Answer answer = Ask.endless("tiny_llada").flag("stream_blocks").start(target);
    answer.awaitResponses(1);
    assertFalse(answer.hasEnded());
    answer.cancel();
    answer.failure(ErrorCode.CANCELLED);
    awaitIdle("tiny_llada");
    double passes =
        target.scrape().of("unmask_forward_passes_total", "tiny_llada")
            - before.of("unmask_forward_passes_total", "tiny_llada");
    assertTrue(passes < ALL_PASSES, () -> passes + " passes");
  }

  @Test
  void cancel_othersGoOn() {
    Answer other = Ask.prompt("tiny_d2f").stream().start(target);
    Answer given = Ask.prompt("tiny_d2f").stream().start(target);
    given.cancel();
    String expected = Ask.prompt("tiny_d2f").start(target).ok().text();
    assertEquals(expected, other.ok().text());
    given.await();
  }

  @Test
  void cancel_whileWaiting_neverRuns() {
    Answer busy = Ask.endless(NARROW).flag("stream_blocks").start(target);
    busy.awaitResponses(1);
    Answer waits = Ask.prompt(NARROW).start(target);
    Poll.until("one waits", () -> target.scrape().requests(NARROW, "waiting") == 1);
    waits.cancel();
    waits.failure(ErrorCode.CANCELLED);
    assertFalse(busy.hasEnded());
    busy.cancel();
    busy.failure(ErrorCode.CANCELLED);
    awaitIdle(NARROW);
  }

  @Test
  void cancel_afterTheEnd_changesNothing() {
    Answer answer = Ask.prompt("tiny_ar").start(target);
    assertEquals(ServedTest.AR_ANSWER, answer.ok().text());
    answer.cancel();
    assertEquals(ServedTest.AR_ANSWER, Ask.prompt("tiny_ar").start(target).ok().text());
  }

  @Test
  void timeout_whileDecoding_isUnavailable() {
    String message =
        Ask.endless("tiny_llada")
            .parameter("timeout", 200_000L)
            .start(target)
            .failure(ErrorCode.UNAVAILABLE);
    assertTrue(message.contains("timeout"), message);
    awaitIdle("tiny_llada");
  }

  @Test
  void timeout_whileWaiting_isUnavailable() {
    Answer busy = Ask.endless(NARROW).flag("stream_blocks").start(target);
    busy.awaitResponses(1);
    String message =
        Ask.prompt(NARROW)
            .parameter("timeout", 50_000L)
            .start(target)
            .failure(ErrorCode.UNAVAILABLE);
    assertTrue(message.contains("timeout"), message);
    busy.cancel();
    busy.failure(ErrorCode.CANCELLED);
  }

  @Test
  void timeout_enough_answers() {
    assertEquals(
        ServedTest.AR_ANSWER,
        Ask.prompt("tiny_ar").parameter("timeout", 60_000_000L).start(target).ok().text());
  }

  @Test
  void waiting_highestPriorityFirst() {
    Answer busy = Ask.endless(NARROW).flag("stream_blocks").start(target);
    busy.awaitResponses(1);
    int[] priorities = {0, 9, 5, 1};
    List<Answer> answers = new ArrayList<>();
    for (int priority : priorities) {
      answers.add(
          Ask.prompt(NARROW)
              .number("request_priority", priority)
              .flag("return_perf_metrics")
              .sampling("{\"gen_length\": 16, \"block_length\": 16, \"steps\": 16}")
              .start(target));
      int waiting = answers.size();
      Poll.until(waiting + " wait", () -> target.scrape().requests(NARROW, "waiting") == waiting);
    }
    busy.cancel();
    long[] scheduled = new long[priorities.length];
    for (int i = 0; i < scheduled.length; i++) {
      scheduled[i] = answers.get(i).ok().tensor("first_scheduled_time_ns").integer(0);
    }
    assertTrue(scheduled[3] < scheduled[2] && scheduled[2] < scheduled[1]);
  }

  // What is counted

  @Test
  void metrics_countWhatHappened() {
    Scrape before = target.scrape();
    Answer answer =
        Ask.prompt("tiny_d2f").flag("return_output_ids").flag("return_perf_metrics").start(target);
    answer.ok();
    long passes = answer.tensor("num_forward_passes").integer(0);
    awaitIdle("tiny_d2f");
    Scrape after = target.scrape();
    assertEquals(1, grown(before, after, "nv_inference_request_success"));
    assertEquals(1, grown(before, after, "nv_inference_count"));
    assertEquals(passes, grown(before, after, "nv_inference_exec_count"));
    assertEquals(passes, grown(before, after, "unmask_forward_passes_total"));
    assertEquals(answer.ids().length, grown(before, after, "unmask_generation_tokens_total"));
    assertTrue(grown(before, after, "nv_inference_compute_infer_duration_us") > 0);
    assertEquals(32, after.kvBlocks("tiny_d2f", "tokens_per"));
    assertEquals("histogram", after.type("unmask_time_to_first_block_seconds"));
  }

  private static double grown(Scrape before, Scrape after, String metric) {
    return after.of(metric, "tiny_d2f") - before.of(metric, "tiny_d2f");
  }
}
