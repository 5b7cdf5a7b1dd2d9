package dev.unmask.server.http;

import static dev.unmask.server.http.HttpFixture.error;
import static dev.unmask.server.http.HttpFixture.header;
import static dev.unmask.server.http.HttpFixture.json;
import static dev.unmask.server.http.HttpFixture.text;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.unmask.scheduler.UnmaskException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HttpControlTest {
  private final HttpFixture http = new HttpFixture();

  @AfterEach
  void stop() {
    http.close();
  }

  @Test
  void serverMetadata_get_answersMessage() throws Exception {
    HttpResponse<byte[]> response = http.get("/v2");
    assertEquals(200, response.statusCode());
    assertEquals("application/json", header(response, "content-type"));
    assertEquals(
        "{\"name\":\"unmask\",\"version\":\"0\",\"extensions\":[\"statistics\"]}", text(response));
  }

  @ParameterizedTest
  @CsvSource({
    "/v2/health/live,true,200", "/v2/health/ready,true,200",
    "/v2/health/live,false,200", "/v2/health/ready,false,400"
  })
  void health_get_answersEmpty(String path, boolean ready, int status) throws Exception {
    http.server.ready = ready;
    HttpResponse<byte[]> response = http.get(path);
    assertEquals(status, response.statusCode());
    assertEquals(0, response.body().length);
  }

  @Test
  void modelReady_variousModels_answersByState() throws Exception {
    assertEquals(200, http.get("/v2/models/m/ready").statusCode());
    assertEquals(200, http.get("/v2/models/m/versions/1/ready").statusCode());
    assertEquals(404, http.get("/v2/models/m/versions/7/ready").statusCode());
    assertEquals(404, http.get("/v2/models/none/ready").statusCode());
    http.server.ready = false;
    HttpResponse<byte[]> response = http.get("/v2/models/m/ready");
    assertEquals(400, response.statusCode());
    assertEquals("Model version not ready", error(response));
  }

  @Test
  void modelMetadata_get_numbersAreNumbers() throws Exception {
    JsonNode metadata = json(http.get("/v2/models/m/versions/1"));
    assertEquals("m", metadata.get("name").textValue());
    assertEquals(-1, metadata.get("inputs").get(1).get("shape").get(0).intValue());
    assertTrue(metadata.get("inputs").get(1).get("shape").get(0).isNumber());
  }

  @Test
  void modelName_encoded_isDecoded() throws Exception {
    http.server.models.put("a b/c+", new FakeServedModel("a b/c+", true));
    JsonNode metadata = json(http.get("/v2/models/a%20b%2Fc+"));
    assertEquals("a b/c+", metadata.get("name").textValue());
  }

  @Test
  void modelName_badEscape_400() throws Exception {
    try (RawClient client = new RawClient(http.port())) {
      client.send(RawClient.get("/v2/models/a%zz"));
      assertTrue(client.readTo("}").startsWith("HTTP/1.1 400 "));
    }
  }

  @Test
  void modelConfig_get_defaultsIncluded() throws Exception {
    JsonNode config = json(http.get("/v2/models/m/config"));
    assertEquals(0, config.get("max_batch_size").intValue());
    assertEquals("TYPE_STRING", config.get("input").get(0).get("data_type").textValue());
    assertEquals("FORMAT_NONE", config.get("input").get(0).get("format").textValue());
    assertTrue(config.get("model_transaction_policy").get("decoupled").booleanValue());
    assertTrue(config.get("parameters").isObject());
    assertNull(config.get("version_policy"));
  }

  @Test
  void statistics_get_ofOneAndOfAll() throws Exception {
    JsonNode one = json(http.get("/v2/models/m/stats")).get("model_stats").get(0);
    assertEquals("m", one.get("name").textValue());
    assertEquals(1_700_000_000_000L, one.get("last_inference").longValue());
    assertEquals(
        "18446744073709551615", one.get("inference_stats").get("success").get("ns").toString());
    JsonNode all = json(http.get("/v2/models/stats")).get("model_stats").get(0);
    assertEquals("all", all.get("name").textValue());
    assertEquals(404, http.get("/v2/models/none/stats").statusCode());
  }

  @Test
  void index_post_listsModels() throws Exception {
    HttpResponse<byte[]> all = http.post("/v2/repository/index", "");
    assertEquals(
        "[{\"name\":\"m\",\"version\":\"1\",\"state\":\"READY\"},"
            + "{\"name\":\"broken\",\"version\":\"1\",\"state\":\"UNAVAILABLE\","
            + "\"reason\":\"no graph\"}]",
        text(all));
    assertEquals(1, json(http.post("/v2/repository/index", "{\"ready\":true}")).size());
    assertEquals(400, http.post("/v2/repository/index", "{\"ready\":1}").statusCode());
  }

  @Test
  void load_filesAndConfig_arriveDecoded() throws Exception {
    String file = Base64.getEncoder().encodeToString(new byte[] {1, 2, 3});
    HttpResponse<byte[]> response =
        http.post(
            "/v2/repository/models/m/load",
            "{\"parameters\":{\"config\":\"{}\",\"file:1/model.onnx\":\"" + file + "\"}}");
    assertEquals(200, response.statusCode());
    assertEquals(0, response.body().length);
    assertEquals(List.of("load m"), http.server.calls);
    assertEquals("{}", http.server.loadParameters.get("config"));
    assertArrayEquals(
        new byte[] {1, 2, 3}, (byte[]) http.server.loadParameters.get("file:1/model.onnx"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"parameters\":{\"config\":1}}",
        "{\"parameters\":{\"other\":\"x\"}}",
        "{\"parameters\":{\"file:1/a\":\"*\"}}",
        "{\"parameters\":[]}",
        "[]",
        "{"
      })
  void load_malformed_400(String body) throws Exception {
    assertEquals(400, http.post("/v2/repository/models/m/load", body).statusCode());
    assertEquals(List.of(), http.server.calls);
  }

  @Test
  void load_failing_answersReason() throws Exception {
    http.server.loadFailure = UnmaskException.invalid("failed to load 'm', no graph");
    HttpResponse<byte[]> response = http.post("/v2/repository/models/m/load", "");
    assertEquals(400, response.statusCode());
    assertEquals("failed to load 'm', no graph", error(response));
  }

  @Test
  void unload_post_passesFlag() throws Exception {
    assertEquals(200, http.post("/v2/repository/models/m/unload", "").statusCode());
    assertEquals(
        200,
        http.post("/v2/repository/models/m/unload", "{\"parameters\":{\"unload_dependents\":true}}")
            .statusCode());
    assertEquals(List.of("unload m false", "unload m true"), http.server.calls);
  }

  @Test
  void logging_getAndPost_answerSettings() throws Exception {
    assertEquals("{\"log_verbose_level\":0}", text(http.get("/v2/logging")));
    JsonNode changed =
        json(http.post("/v2/logging", "{\"log_verbose_level\":2,\"log_info\":true,\"x\":null}"));
    assertEquals(2, changed.get("log_verbose_level").intValue());
    assertTrue(changed.get("log_info").booleanValue());
    assertNull(changed.get("x"));
    assertEquals(400, http.post("/v2/logging", "{\"log_info\":[]}").statusCode());
    assertEquals(400, http.post("/v2/logging", "").statusCode());
  }

  @Test
  void trace_getAndPost_answerSettings() throws Exception {
    JsonNode settings = json(http.get("/v2/trace/setting"));
    assertEquals("[\"OFF\"]", settings.get("trace_level").toString());
    assertEquals("1000", settings.get("trace_rate").textValue());
    JsonNode changed =
        json(http.post("/v2/models/m/trace/setting", "{\"trace_rate\":\"5\",\"trace_file\":null}"));
    assertEquals("5", changed.get("trace_rate").textValue());
    assertEquals("", changed.get("trace_file").textValue());
    assertEquals(404, http.get("/v2/models/none/trace/setting").statusCode());
    assertEquals(
        501, http.post("/v2/trace/setting", "{\"trace_level\":[\"TIMESTAMPS\"]}").statusCode());
    assertEquals(400, http.post("/v2/trace/setting", "{\"trace_rate\":5}").statusCode());
    assertEquals(404, http.get("/v2/models/m/versions/1/trace/setting").statusCode());
  }

  @ParameterizedTest
  @ValueSource(strings = {"system", "cuda"})
  void sharedMemory_any_isEmptyAndRefused(String kind) throws Exception {
    String path = "/v2/" + kind + "sharedmemory";
    assertEquals("[]", text(http.get(path + "/status")));
    assertEquals(404, http.get(path + "/region/r/status").statusCode());
    assertEquals(501, http.post(path + "/region/r/register", "{}").statusCode());
    assertEquals(501, http.post(path + "/unregister", "{}").statusCode());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/",
        "/v2/",
        "/v2/health",
        "/v2/models",
        "/v2/models/m/",
        "/v2/models/m/versions/x",
        "/v2/models/m/versions/1/",
        "/v1/models",
        "/v2/models/m/inferx",
        "/metrics"
      })
  void path_unknown_404(String path) throws Exception {
    HttpResponse<byte[]> response = http.get(path);
    assertEquals(404, response.statusCode());
    assertEquals("{\"error\":\"Not Found\"}", text(response));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/v2",
        "/v2/health/live",
        "/v2/models/m",
        "/v2/models/stats",
        "/v2/models/m/config"
      })
  void method_wrong_405(String path) throws Exception {
    HttpResponse<byte[]> response = http.post(path, "{}");
    assertEquals(405, response.statusCode());
    assertEquals("{\"error\":\"Method Not Allowed\"}", text(response));
    assertEquals("GET, HEAD, OPTIONS", header(response, "allow"));
    assertEquals(405, http.get("/v2/models/m/infer").statusCode());
    assertEquals(405, http.get("/v2/models/m/generate_stream").statusCode());
  }

  @Test
  void head_onGet_lengthWithoutBody() throws Exception {
    HttpResponse<byte[]> response =
        http.send(http.request("/v2").method("HEAD", BodyPublishers.noBody()).build());
    assertEquals(200, response.statusCode());
    assertEquals(String.valueOf(http.get("/v2").body().length), header(response, "content-length"));
    assertEquals(0, response.body().length);
  }

  @Test
  void options_any_namesMethods() throws Exception {
    HttpResponse<byte[]> response =
        http.send(http.request("/v2/logging").method("OPTIONS", BodyPublishers.noBody()).build());
    assertEquals(204, response.statusCode());
    assertEquals("GET, HEAD, OPTIONS, POST", header(response, "allow"));
  }

  @Test
  void requestId_given_isEchoed() throws Exception {
    HttpResponse<byte[]> response =
        http.send(http.request("/v2").header("X-Request-ID", "abc-1").build());
    assertEquals("abc-1", header(response, "x-request-id"));
    String first = header(http.get("/v2"), "x-request-id");
    assertNotEquals(first, header(http.get("/v2"), "x-request-id"));
  }

  @Test
  void drain_inProgress_refusesInferenceOnly() throws Exception {
    http.frontEnd.drain();
    assertEquals(200, http.get("/v2/health/live").statusCode());
    assertEquals(400, http.get("/v2/health/ready").statusCode());
    assertEquals(200, http.get("/v2/models/m").statusCode());
    HttpResponse<byte[]> refused = http.post("/v2/models/m/generate", "{}");
    assertEquals(503, refused.statusCode());
    assertEquals(
        "HTTP server is shutting down and has stopped accepting new requests", error(refused));
    assertEquals("close", header(refused, "connection"));
  }

  @Test
  void handler_unexpectedException_500WithoutDetail() throws Exception {
    http.model.script(
        (request, observer) -> {
          throw new IllegalStateException("secret detail");
        });
    HttpResponse<byte[]> response = http.post("/v2/models/m/generate", "{\"text_input\":\"a\"}");
    assertEquals(500, response.statusCode());
    assertEquals("internal error, see the server's log", error(response));
    assertEquals(200, http.get("/v2").statusCode());
  }
}
