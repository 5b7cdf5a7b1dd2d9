package dev.unmask.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.unmask.protocol.ModelInferRequest;
import dev.unmask.protocol.ModelInferRequest.InferInputTensor;
import dev.unmask.protocol.ModelInferResponse;
import dev.unmask.protocol.ModelStreamInferResponse;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What requests may ask for and what answers carry, by the names that clients know. */
class ITTensors extends ServedTest {
  private static final String[] MODELS = {"tiny_ar", "tiny_d2f", "tiny_llada"};

  @BeforeAll
  static void start() {
    start(EmbeddedServer.of(WireRepository.bundled()));
  }

  private static JsonNode ask(String model, Object... members) {
    return http.generate(model, body(members)).expect(200).json();
  }

  private static String answer(String model, Object... members) {
    return ask(model, members).get("text_output").asText();
  }

  private static int tokens(String model, Object... members) {
    List<Object> all = new ArrayList<>(Arrays.asList(members));
    all.addAll(List.of("return_num_output_tokens", true));
    return ask(model, all.toArray()).get("num_output_tokens").asInt();
  }

  private static String refused(Object... members) {
    return http.generate("tiny_ar", body(members)).expect(400).error();
  }

  private static ModelInferResponse unary(InferInputTensor... inputs) {
    return grpc.blocking()
        .modelInfer(
            GrpcClientFixture.request("unary", inputs)
                .addInputs(GrpcClientFixture.texts("text_input", PROMPT))
                .build());
  }

  // Precedence and coercion

  @Test
  void maxTokens_tensorBeforeSamplingParametersBeforeParameter() {
    String sampling = "{\"max_tokens\": 4}";
    ModelInferRequest.Builder request =
        GrpcClientFixture.request(
                "unary",
                GrpcClientFixture.texts("text_input", PROMPT),
                GrpcClientFixture.bool("return_num_output_tokens", true))
            .putParameters("max_tokens", GrpcClientFixture.number(6));
    assertEquals(6, count(request));
    request.addInputs(GrpcClientFixture.texts("sampling_parameters", sampling));
    assertEquals(4, count(request));
    request.addInputs(GrpcClientFixture.ints("max_tokens", 2));
    assertEquals(2, count(request));
    assertEquals(4, tokens("tiny_ar", "sampling_parameters", sampling));
    assertEquals(2, tokens("tiny_ar", "sampling_parameters", sampling, "max_tokens", 2));
  }

  private static int count(ModelInferRequest.Builder request) {
    return GrpcOutputs.ints(grpc.blocking().modelInfer(request.build()), "num_output_tokens")[0];
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"max_tokens\": \"3\"}",
        "{\"max_tokens\": 3, \"unknown_key\": [1]}",
        "{\"max_tokens\": 3, \"n\": 1, \"logit_bias\": {}, \"stop\": [], \"top_p\": 1.0}",
        "{\"max_new_tokens\": 3}",
        "{\"max_tokens\": 3, \"temperature\": \"0\"}",
        "{\"max_tokens\": 3, \"seed\": 18446744073709551615}"
      })
  void samplingParameters_areCoercedAndUnknownOnesPassedOver(String json) {
    assertEquals(3, tokens("tiny_ar", "sampling_parameters", json));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[] | sampling_parameters",
        "{ | sampling_parameters",
        "{\"max_tokens\": \"many\"} | max_tokens",
        "{\"temperature\": \"NaN\"} | temperature",
        "{\"top_p\": 1.5} | top_p",
        "{\"top_k\": -2} | top_k",
        "{\"n\": 2} | n=2",
        "{\"logit_bias\": {\"5\": 1}} | logit_bias",
        "{\"algorithm\": \"d2f\"} | algorithm",
        "{\"stop\": 7} | stop",
        "{\"min_tokens\": 9, \"max_tokens\": 3} | min_tokens"
      })
  void samplingParameters_wrong_are400AndNamed(String json, String name) {
    String error = refused("sampling_parameters", json);
    assertTrue(error.contains(name), error);
  }

  @Test
  void temperatureNotANumber_isRefusedOverGrpc() {
    List<ModelStreamInferResponse> responses =
        grpc.streamAll(
            GrpcClientFixture.request(
                    "tiny_ar",
                    GrpcClientFixture.texts("text_input", PROMPT),
                    GrpcClientFixture.real("temperature", Float.NaN))
                .build());
    assertTrue(responses.get(0).getErrorMessage().contains("temperature"));
  }

  @Test
  void shapes_batchDimensionOfOneIsTaken() {
    InferInputTensor two =
        GrpcClientFixture.ints("max_tokens", 3).toBuilder()
            .clearShape()
            .addShape(1)
            .addShape(1)
            .build();
    ModelInferResponse response =
        unary(two, GrpcClientFixture.bool("return_num_output_tokens", true));
    assertEquals(3, GrpcOutputs.ints(response, "num_output_tokens")[0]);
  }

  @Test
  void seed_decidesSampledTokens() {
    Object[] sampled = {"temperature", 1.0, "seed", 42, "top_k", 20, "max_tokens", 24};
    assertEquals(answer("tiny_ar", sampled), answer("tiny_ar", sampled));
    ModelInferResponse overGrpc =
        unary(
            GrpcClientFixture.real("temperature", 1),
            GrpcClientFixture.unsigned("seed", 42),
            GrpcClientFixture.ints("top_k", 20),
            GrpcClientFixture.ints("max_tokens", 24));
    assertEquals(answer("tiny_ar", sampled), GrpcOutputs.text(overGrpc, "text_output"));
  }

  // Echo and streaming rules

  @Test
  void echo_isOffUnlessAskedFor() {
    assertEquals(AR_ANSWER, answer("tiny_ar"));
    assertEquals(AR_ANSWER, answer("tiny_ar", "exclude_input_in_output", true));
    assertEquals(PROMPT + AR_ANSWER, answer("tiny_ar", "exclude_input_in_output", false));
    assertEquals(
        "When streaming, `exclude_input_in_output` = False is not allowed.",
        refused("stream", true, "exclude_input_in_output", false));
  }

  @Test
  void stream_notDecoupled_isRefused() {
    assertEquals(
        "Streaming is only supported in decoupled mode.",
        http.generate("unary", body("stream", true)).expect(400).error());
  }

  // Exact cuts

  @ParameterizedTest
  @ValueSource(strings = {"tiny_ar", "tiny_d2f", "tiny_llada"})
  void maxTokens_cutsExactly(String model) {
    for (int max : new int[] {1, 7, 16, 17}) {
      JsonNode reply =
          ask(
              model,
              "max_tokens",
              max,
              "ignore_eos",
              true,
              "return_output_ids",
              true,
              "return_num_output_tokens",
              true,
              "return_finish_reason",
              true);
      assertEquals(max, reply.get("num_output_tokens").asInt());
      assertEquals(max == 1 ? 0 : max, reply.get("output_ids").size());
      assertEquals("length", reply.get("finish_reason").asText());
      List<JsonNode> events =
          http.generateStream(
                  model,
                  body(
                      "max_tokens", max,
                      "ignore_eos", true,
                      "stream", true,
                      "return_num_output_tokens", true))
              .expect(200)
              .events();
      assertEquals(reply.get("text_output").asText(), joined(events));
      assertEquals(max, events.stream().mapToInt(e -> e.path("num_output_tokens").asInt()).sum());
    }
  }

  private static String joined(List<JsonNode> events) {
    StringBuilder text = new StringBuilder();
    events.forEach(event -> text.append(event.path("text_output").asText()));
    return text.toString();
  }

  @ParameterizedTest
  @ValueSource(strings = {"tiny_ar", "tiny_d2f", "tiny_llada"})
  void stopWords_cutExactlyStreamedAndNot(String model) {
    String whole = answer(model, "max_tokens", 48);
    for (String stop : List.of("break", " so", "lf br", "####")) {
      assertTrue(whole.contains(stop), whole);
      String expected = whole.substring(0, whole.indexOf(stop));
      JsonNode reply =
          ask(
              model,
              "max_tokens",
              48,
              "stop_words",
              List.of("never", stop),
              "return_finish_reason",
              true);
      assertEquals(expected, reply.get("text_output").asText());
      assertEquals("stop", reply.get("finish_reason").asText());
      List<JsonNode> events =
          http.generateStream(
                  model, body("max_tokens", 48, "stop_words", List.of(stop), "stream", true))
              .expect(200)
              .events();
      assertEquals(expected, joined(events));
      for (Object form : List.of(stop, List.of(stop))) {
        String sampling = HttpClientFixture.write(Map.of("stop", form));
        assertEquals(expected, answer(model, "max_tokens", 48, "sampling_parameters", sampling));
      }
    }
  }

  @Test
  void finishReason_naturalEnd_isStop() {
    assertEquals(
        "stop", ask("tiny_ar", "return_finish_reason", true).get("finish_reason").asText());
  }

  /** Tokens that are bytes of characters come in any order when they are sampled wildly. */
  @ParameterizedTest
  @ValueSource(strings = {"tiny_ar", "tiny_d2f"})
  void utf8_isNeverSplit(String model) throws CharacterCodingException {
    for (int seed = 0; seed < 6; seed++) {
      Map<String, Object> sampling =
          Map.of("temperature", 8.0, "seed", seed, "max_tokens", 48, "ignore_eos", true);
      ModelInferRequest.Builder request =
          GrpcClientFixture.request(
              model,
              GrpcClientFixture.texts("text_input", "\u00e4\u20ac\ud83d\ude00"),
              GrpcClientFixture.texts("sampling_parameters", HttpClientFixture.write(sampling)));
      String whole = GrpcOutputs.joined(grpc.streamAll(request.build()));
      List<ModelStreamInferResponse> parts =
          grpc.streamAll(request.addInputs(GrpcClientFixture.bool("stream", true)).build());
      for (ModelStreamInferResponse part : parts) {
        assertEquals("", part.getErrorMessage());
        if (GrpcOutputs.has(part.getInferResponse(), "text_output")) {
          for (byte[] text : GrpcOutputs.elements(part.getInferResponse(), "text_output")) {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(text));
          }
        }
      }
      assertEquals(whole, GrpcOutputs.joined(parts));
    }
  }

  // Outputs

  @Test
  void returnFlags_eachBringsItsOutput() {
    Map<String, Set<String>> outputs = new HashMap<>();
    outputs.put("return_finish_reason", Set.of("finish_reason"));
    outputs.put("return_cumulative_logprob", Set.of("cumulative_logprob"));
    outputs.put("return_log_probs", Set.of("logprobs"));
    outputs.put("return_logprobs", Set.of("logprobs"));
    outputs.put("return_num_input_tokens", Set.of("num_input_tokens"));
    outputs.put("return_num_output_tokens", Set.of("num_output_tokens"));
    outputs.put("return_output_ids", Set.of("output_ids"));
    outputs.put(
        "return_perf_metrics",
        Set.of(
            "arrival_time_ns",
            "first_scheduled_time_ns",
            "first_token_time_ns",
            "last_token_time_ns",
            "num_forward_passes",
            "num_query_tokens",
            "num_reused_tokens"));
    outputs.forEach(
        (flag, names) -> {
          Set<String> expected = new TreeSet<>(names);
          expected.add("text_output");
          ModelInferResponse response = unary(GrpcClientFixture.bool(flag, true));
          assertEquals(expected, new TreeSet<>(GrpcOutputs.names(response)), flag);
          JsonNode reply = ask("tiny_ar", flag, true);
          names.forEach(name -> assertTrue(reply.has(name), name));
          assertFalse(ask("tiny_ar", flag, false).has(names.iterator().next()));
        });
  }

  @Test
  void counts_agreeWithEachOther() {
    GoldenLine line = GoldenLine.read("ar.jsonl").get(0);
    ModelInferResponse response =
        grpc.blocking()
            .modelInfer(
                GrpcClientFixture.request(
                        "unary",
                        GrpcClientFixture.ints("input_ids", line.promptIds()),
                        GrpcClientFixture.bool("return_num_input_tokens", true),
                        GrpcClientFixture.bool("return_num_output_tokens", true),
                        GrpcClientFixture.bool("return_output_ids", true),
                        GrpcClientFixture.bool("return_perf_metrics", true))
                    .build());
    assertArrayEquals(line.answerIds(), GrpcOutputs.ints(response, "output_ids"));
    assertEquals(line.answerIds().length, GrpcOutputs.ints(response, "num_output_tokens")[0]);
    assertEquals(line.promptIds().length, GrpcOutputs.ints(response, "num_input_tokens")[0]);
    assertEquals("UINT32", GrpcOutputs.tensor(response, "num_input_tokens").getDatatype());
    assertEquals("UINT32", GrpcOutputs.tensor(response, "num_output_tokens").getDatatype());
    assertEquals("INT32", GrpcOutputs.tensor(response, "output_ids").getDatatype());
    assertEquals(
        List.of((long) line.answerIds().length),
        GrpcOutputs.tensor(response, "output_ids").getShapeList());
    assertEquals("INT64", GrpcOutputs.tensor(response, "arrival_time_ns").getDatatype());
    long arrival = GrpcOutputs.longOf(response, "arrival_time_ns");
    long scheduled = GrpcOutputs.longOf(response, "first_scheduled_time_ns");
    long first = GrpcOutputs.longOf(response, "first_token_time_ns");
    long last = GrpcOutputs.longOf(response, "last_token_time_ns");
    assertTrue(0 < arrival && arrival <= scheduled && scheduled <= first && first <= last);
  }

  @ParameterizedTest
  @ValueSource(strings = {"tiny_ar", "tiny_d2f", "tiny_llada"})
  void logprobs_haveOneObjectPerToken(String model) {
    JsonNode reply =
        ask(
            model,
            "return_logprobs",
            true,
            "return_cumulative_logprob",
            true,
            "return_output_ids",
            true,
            "max_tokens",
            12,
            "logprobs",
            2);
    JsonNode logprobs = HttpClientFixture.parse(reply.get("logprobs").asText());
    JsonNode ids = reply.get("output_ids");
    assertEquals(ids.size(), logprobs.size());
    double sum = 0;
    for (int i = 0; i < ids.size(); i++) {
      JsonNode token = logprobs.get(i);
      assertTrue(token.size() >= 2 && token.size() <= 3, token::toString);
      assertEquals(ids.get(i).asText(), token.fieldNames().next());
      JsonNode own = token.get(ids.get(i).asText());
      assertTrue(own.get("logprob").asDouble() <= 0);
      assertTrue(own.get("decoded_token").isTextual());
      assertTrue(own.has("rank"));
      sum += own.get("logprob").asDouble();
    }
    assertEquals(sum, reply.get("cumulative_logprob").asDouble(), 1e-3);
    List<JsonNode> events =
        http.generateStream(
                model,
                body(
                    "return_logprobs", true,
                    "return_output_ids", true,
                    "max_tokens", 12,
                    "logprobs", 2,
                    "stream", true))
            .expect(200)
            .events();
    int streamed = 0;
    for (JsonNode event : events) {
      if (event.has("logprobs")) {
        streamed += HttpClientFixture.parse(event.get("logprobs").asText()).size();
      }
    }
    assertEquals(ids.size(), streamed);
  }

  @Test
  void requestedOutputs_comeAloneAndInOrderOfTheModel() {
    ModelInferResponse response =
        grpc.blocking()
            .modelInfer(
                GrpcClientFixture.request("unary", GrpcClientFixture.texts("text_input", PROMPT))
                    .addOutputs(
                        ModelInferRequest.InferRequestedOutputTensor.newBuilder()
                            .setName("output_ids"))
                    .addOutputs(
                        ModelInferRequest.InferRequestedOutputTensor.newBuilder()
                            .setName("finish_reason"))
                    .build());
    assertEquals(List.of("finish_reason", "output_ids"), List.copyOf(GrpcOutputs.names(response)));
  }

  @Test
  void minTokens_minLengthIsTheSame() {
    for (String name : List.of("min_tokens", "min_length")) {
      assertTrue(tokens("tiny_ar", name, 50, "max_tokens", 60) >= 50, name);
    }
  }

  @Test
  void badWords_doNotOccur() {
    for (String model : MODELS) {
      assertFalse(
          answer(model, "max_tokens", 32, "bad_words", List.of(" break")).contains(" break"),
          model);
    }
  }

  @Test
  void threshold_ofOne_takesMorePasses() {
    int eager = passes(0.5);
    int careful = passes(1.0);
    assertTrue(eager < careful, eager + " and " + careful);
  }

  private static int passes(double threshold) {
    return ask(
            "tiny_llada",
            "algorithm",
            "fast_dllm",
            "threshold",
            threshold,
            "gen_length",
            32,
            "block_length",
            16,
            "return_perf_metrics",
            true)
        .get("num_forward_passes")
        .asInt();
  }
}
