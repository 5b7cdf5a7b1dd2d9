package dev.unmask.server.http;

import static dev.unmask.server.http.HttpFixture.error;
import static dev.unmask.server.http.HttpFixture.header;
import static dev.unmask.server.http.HttpFixture.text;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unmask.request.InferRequest;
import dev.unmask.request.InferResponse;
import dev.unmask.request.Tensor;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HttpGenerateTest {
  private static final String GENERATE = "/v2/models/m/generate";
  private static final String STREAM = "/v2/models/m/generate_stream";
  private static final String NOT_ONE =
      "{\"error\":\"generate expects model to produce exactly 1 response, use generate stream for"
          + " model that generates various number of responses\"}";

  private final HttpFixture http = new HttpFixture();

  @AfterEach
  void stop() {
    http.close();
  }

  private static InferResponse response(String text) {
    return new InferResponse(Map.of(), List.of(Tensor.ofStrings("text_output", text)));
  }

  private InferRequest sent(String body) throws Exception {
    http.model.answer();
    HttpResponse<byte[]> response = http.post(GENERATE, body);
    assertEquals(200, response.statusCode(), () -> text(response));
    return http.model.requests.remove();
  }

  @Test
  void generate_oneResponse_isFlatObject() throws Exception {
    http.model.script(
        (request, observer) ->
            observer.onResponse(
                new InferResponse(
                    Map.of("p", true),
                    List.of(
                        Tensor.ofStrings("text_output", "a \"b\""),
                        Tensor.ofInts("output_ids", 4, 5))),
                true));
    HttpResponse<byte[]> response = http.post(GENERATE, "{\"text_input\":\"x\",\"id\":\"7\"}");
    assertEquals(200, response.statusCode());
    assertEquals("application/json", header(response, "content-type"));
    assertEquals(
        "{\"id\":\"7\",\"model_name\":\"m\",\"model_version\":\"1\",\"p\":true,"
            + "\"text_output\":\"a \\\"b\\\"\",\"output_ids\":[4,5]}",
        text(response));
    assertEquals("7", http.model.requests.remove().id());
  }

  @Test
  void request_keys_becomeTensorsAndParameters() throws Exception {
    InferRequest request =
        sent(
            "{\"text_input\":\"x\",\"input_ids\":[1,2,3],\"stop_words\":\"one\",\"other\":\"s\","
                + "\"parameters\":{\"max_tokens\":5,\"stream\":false,\"n\":2,\"f\":0.5,"
                + "\"ok\":true,\"id\":\"inner\"}}");
    assertEquals(5, request.inputs().size());
    assertArrayEquals(new long[] {3}, request.inputs().get(1).shape());
    assertArrayEquals(new long[] {1}, request.inputs().get(2).shape());
    assertEquals("max_tokens", request.inputs().get(3).name());
    assertEquals(5, request.inputs().get(3).integer(0));
    assertEquals(
        Map.of("other", "s", "n", 2L, "f", 0.5, "ok", true, "id", "inner"), request.parameters());
    assertEquals("", request.id());
  }

  @Test
  void request_seedBeyondSigned_isExact() throws Exception {
    assertEquals(-1L, sent("{\"seed\":18446744073709551615}").inputs().get(0).integer(0));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "{\"max_tokens\":\"5\"};Unable to parse 'data': element 0 of input 'max_tokens' must be"
            + " INT32, got a string",
        "{\"stream\":\"false\"};Unable to parse 'data': element 0 of input 'stream' must be BOOL,"
            + " got a string",
        "{\"max_tokens\":[1,2]};The schema can not convert input 'max_tokens' to tensor with"
            + " proper shape",
        "{\"max_tokens\":[]};The schema can not convert input 'max_tokens' to tensor with proper"
            + " shape",
        "{\"input_ids\":[[1]]};Unable to parse 'data': element 0 of input 'input_ids' must be"
            + " INT32, got an array",
        "{\"text_input\":\"a\",\"text_input\":\"b\"};input 'text_input' already exists in request",
        "{\"text_input\":\"a\",\"parameters\":{\"text_input\":\"b\"}};input 'text_input' already"
            + " exists in request",
        "{\"k\":1,\"k\":2};parameter 'k' already exists in request",
        "{\"k\":[1]};parameter 'k' has invalid type. It should be either 'int'\\, 'bool'\\, or"
            + " 'string'.",
        "{\"k\":{}};parameter 'k' has invalid type. It should be either 'int'\\, 'bool'\\, or"
            + " 'string'.",
        "{\"parameters\":1};Expected JSON object for keyword: 'parameters'",
        "{\"id\":1};Unable to parse 'id': it is not a JSON string",
        "[];request JSON is not a JSON object"
      })
  void request_malformed_400(String body, String message) throws Exception {
    for (String path : List.of(GENERATE, STREAM)) {
      HttpResponse<byte[]> response = http.post(path, body);
      assertEquals(400, response.statusCode());
      assertEquals(message.replace("\\,", ","), error(response));
      assertEquals("application/json", header(response, "content-type"));
    }
    assertTrue(http.model.requests.isEmpty());
  }

  @ParameterizedTest
  @ValueSource(strings = {GENERATE, STREAM})
  void request_encodedOrForUnknownModel_refused(String path) throws Exception {
    HttpResponse<byte[]> encoded = http.post(path, "{}", "Content-Encoding", "gzip");
    assertEquals(400, encoded.statusCode());
    assertEquals("Unsupported content-encoding, only 'identity' is supported.", error(encoded));
    assertEquals(404, http.post(path.replace("/m/", "/none/"), "{}").statusCode());
  }

  @Test
  void generate_nonDecoupledModel_works() throws Exception {
    http.unary.answer(Tensor.ofStrings("text_output", "u"));
    assertEquals(
        "{\"model_name\":\"unary\",\"model_version\":\"1\",\"text_output\":\"u\"}",
        text(http.post("/v2/models/unary/versions/1/generate", "{}")));
  }

  @Test
  void generate_oneResponseThenFlagsOnly_isFine() throws Exception {
    http.model.script(
        (request, observer) -> {
          observer.onResponse(response("a"), false);
          observer.onCompleted();
        });
    HttpResponse<byte[]> response = http.post(GENERATE, "{}");
    assertTrue(text(response).contains("\"text_output\":\"a\""));
  }

  @Test
  void generate_noResponse_errorWithStatus200() throws Exception {
    http.model.script((request, observer) -> observer.onCompleted());
    HttpResponse<byte[]> response = http.post(GENERATE, "{}");
    assertEquals(200, response.statusCode());
    assertEquals(NOT_ONE, text(response));
  }

  @Test
  void generate_twoResponses_errorWithStatus200AndCancels() throws Exception {
    http.model.script(
        (request, observer) -> {
          observer.onResponse(response("a"), false);
          observer.onResponse(response("b"), false);
        });
    HttpResponse<byte[]> response = http.post(GENERATE, "{}");
    assertEquals(200, response.statusCode());
    assertEquals(NOT_ONE, text(response));
    http.model.cancelled.get(HttpFixture.PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  @Test
  void generate_error_statusIsMapped() throws Exception {
    http.model.script(
        (request, observer) ->
            observer.onError(new UnmaskException(ErrorCode.UNAVAILABLE, "queue full")));
    HttpResponse<byte[]> response = http.post(GENERATE, "{}");
    assertEquals(503, response.statusCode());
    assertEquals("queue full", error(response));
  }

  @Test
  void stream_responses_areEvents() throws Exception {
    http.model.script(
        (request, observer) -> {
          observer.onResponse(response("a\nb"), false);
          observer.onResponse(response("c"), true);
        });
    HttpResponse<byte[]> response = http.post(STREAM, "{\"id\":\"x\"}");
    assertEquals(200, response.statusCode());
    assertEquals("text/event-stream; charset=utf-8", header(response, "content-type"));
    assertEquals("chunked", header(response, "transfer-encoding"));
    String start = "data: {\"id\":\"x\",\"model_name\":\"m\",\"model_version\":\"1\",";
    assertEquals(
        start + "\"text_output\":\"a\\nb\"}\n\n" + start + "\"text_output\":\"c\"}\n\n",
        text(response));
  }

  @Test
  void stream_noResponses_isEmpty() throws Exception {
    http.model.script((request, observer) -> observer.onCompleted());
    HttpResponse<byte[]> response = http.post(STREAM, "{}");
    assertEquals(200, response.statusCode());
    assertEquals("text/event-stream; charset=utf-8", header(response, "content-type"));
    assertEquals("", text(response));
  }

  @Test
  void stream_firstResponseIsError_statusAndEvent() throws Exception {
    http.model.script(
        (request, observer) -> observer.onError(new UnmaskException(ErrorCode.INTERNAL, "boom")));
    HttpResponse<byte[]> response = http.post(STREAM, "{}");
    assertEquals(500, response.statusCode());
    assertEquals("text/event-stream; charset=utf-8", header(response, "content-type"));
    assertEquals("data: {\"error\":\"boom\"}\n\n", text(response));
  }

  @Test
  void stream_laterError_isEventWithStatus200() throws Exception {
    http.model.script(
        (request, observer) -> {
          observer.onResponse(response("a"), false);
          observer.onError(new UnmaskException(ErrorCode.UNAVAILABLE, "timeout"));
        });
    HttpResponse<byte[]> response = http.post(STREAM, "{}");
    assertEquals(200, response.statusCode());
    assertTrue(text(response).endsWith("}\n\ndata: {\"error\":\"timeout\"}\n\n"), text(response));
  }

  @Test
  void stream_responseThatCannotBeWritten_isErrorEvent() throws Exception {
    http.model.script(
        (request, observer) -> {
          observer.onResponse(
              new InferResponse(Map.of("p", List.of("no parameter")), List.of()), false);
          observer.onResponse(response("b"), true);
        });
    HttpResponse<byte[]> response = http.post(STREAM, "{}");
    assertEquals(500, response.statusCode());
    assertTrue(text(response).startsWith("data: {\"error\":\"parameter 'p' is a "));
    assertTrue(text(response).endsWith("\"text_output\":\"b\"}\n\n"), text(response));
  }

  @Test
  void stream_fromOtherThread_keepsOrder() throws Exception {
    int events = 2000;
    http.model.script(
        (request, observer) ->
            new Thread(
                    () -> {
                      for (int i = 0; i < events; i++) {
                        observer.onResponse(response("#" + i), i == events - 1);
                      }
                    })
                .start());
    String[] received = text(http.post(STREAM, "{}")).split("\n\n", 0);
    assertEquals(events, received.length);
    for (int i = 0; i < events; i++) {
      assertTrue(received[i].endsWith("\"text_output\":\"#" + i + "\"}"), received[i]);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {GENERATE, STREAM})
  void loadMetrics_asked_areReported(String path) throws Exception {
    http.model.answer();
    assertEquals(
        "TEXT named_metrics.kv_cache_utilization=0.500000, named_metrics.max_token_capacity=2048",
        header(
            http.post(path, "{}", "endpoint-load-metrics-format", "text"),
            "endpoint-load-metrics"));
    assertEquals(
        "JSON {\"named_metrics\":{\"kv_cache_utilization\":0.5,\"max_token_capacity\":2048}}",
        header(
            http.post(path, "{}", "endpoint-load-metrics-format", "json"),
            "endpoint-load-metrics"));
    assertEquals(null, header(http.post(path, "{}"), "endpoint-load-metrics"));
  }
}
