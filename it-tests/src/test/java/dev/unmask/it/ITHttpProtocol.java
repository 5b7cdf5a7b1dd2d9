package dev.unmask.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** HTTP as Triton speaks it: endpoints, frames, tensors and errors. */
class ITHttpProtocol extends ServedTest {
  private static final String INFER = "/v2/models/unary/infer";

  @BeforeAll
  static void start() {
    start(EmbeddedServer.of(WireRepository.bundled()));
  }

  private static String infer(String members) {
    return "{\"inputs\":[{\"name\":\"text_input\",\"shape\":[1],\"datatype\":\"BYTES\",\"data\":["
        + HttpClientFixture.write(PROMPT)
        + "]}]"
        + members
        + "}";
  }

  // Health and metadata

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/v2/health/live",
        "/v2/health/ready",
        "/v2/models/tiny_ar/ready",
        "/v2/models/tiny_ar/versions/1/ready"
      })
  void health_isWellAndEmpty(String path) {
    HttpClientFixture.Reply reply = http.get(path).expect(200);
    assertEquals(0, reply.body().length);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/v2/models/none/ready", "/v2/models/tiny_ar/versions/2/ready"})
  void modelReady_unknown_is400(String path) {
    assertEquals("Model version not ready", http.get(path).expect(400).error());
  }

  @Test
  void serverMetadata_namesServerVersionAndExtensions() {
    JsonNode metadata = http.get("/v2").expect(200).json();
    assertEquals("unmask", metadata.get("name").asText());
    assertTrue(metadata.get("version").isTextual());
    List<String> extensions = texts(metadata.get("extensions"));
    assertTrue(
        extensions.containsAll(
            List.of(
                "model_repository",
                "model_repository(unload_dependents)",
                "model_configuration",
                "binary_tensor_data",
                "parameters",
                "statistics",
                "trace",
                "logging")),
        extensions::toString);
  }

  @Test
  void modelMetadata_agreesWithConfig() {
    JsonNode metadata = http.get("/v2/models/tiny_d2f").expect(200).json();
    assertEquals(metadata, http.get("/v2/models/tiny_d2f/versions/1").expect(200).json());
    assertEquals(List.of("1"), texts(metadata.get("versions")));
    JsonNode config = http.get("/v2/models/tiny_d2f/config").expect(200).json();
    assertEquals(0, config.get("max_batch_size").asInt());
    assertTrue(config.at("/model_transaction_policy/decoupled").asBoolean());
    for (String side : List.of("input", "output")) {
      JsonNode tensors = metadata.get(side + "s");
      JsonNode configured = config.get(side);
      assertEquals(configured.size(), tensors.size());
      for (int i = 0; i < tensors.size(); i++) {
        assertEquals(configured.get(i).get("name"), tensors.get(i).get("name"));
        assertEquals(configured.get(i).get("dims"), tensors.get(i).get("shape"));
        String type = configured.get(i).get("data_type").asText().replace("TYPE_", "");
        assertEquals(
            type.equals("STRING") ? "BYTES" : type, tensors.get(i).get("datatype").asText());
      }
    }
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(element -> texts.add(element.asText()));
    return texts;
  }

  // Routing

  @ParameterizedTest
  @CsvSource({
    "POST, /v2",
    "POST, /v2/health/live",
    "DELETE, /v2/models/tiny_ar",
    "GET, /v2/models/tiny_ar/infer",
    "GET, /v2/models/tiny_ar/generate",
    "GET, /v2/models/tiny_ar/generate_stream",
    "GET, /v2/repository/index",
    "PUT, /v2/logging",
    "GET, /v2/repository/models/tiny_ar/load"
  })
  void wrongMethod_is405(String method, String path) {
    HttpClientFixture.Reply reply = http.send(method, path, new byte[0]).expect(405);
    assertEquals("{\"error\":\"Method Not Allowed\"}", reply.text());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/",
        "/v1",
        "/v2/",
        "/v2/health",
        "/v2/models",
        "/v2/models/tiny_ar/versions/x",
        "/v2/models/tiny_ar/versions/1/trace/setting",
        "/v2/models/tiny_ar/other"
      })
  void unknownPath_is404(String path) {
    assertEquals("{\"error\":\"Not Found\"}", http.get(path).expect(404).text());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "GET | /v2/models/none | Request for unknown model: 'none' is not found",
        "GET | /v2/models/none/config | Request for unknown model: 'none' is not found",
        "GET | /v2/models/none/stats | Request for unknown model: 'none' is not found",
        "POST | /v2/models/none/infer | Request for unknown model: 'none' is not found",
        "POST | /v2/models/none/generate | Request for unknown model: 'none' is not found",
        "POST | /v2/models/none/generate_stream | Request for unknown model: 'none' is not found",
        "GET | /v2/models/tiny_ar/versions/7 |"
            + " Request for unknown model: 'tiny_ar' version 7 is not found",
      })
  void unknownModel_is404(String method, String path, String error) {
    byte[] body = method.equals("POST") ? "{}".getBytes(StandardCharsets.UTF_8) : new byte[0];
    HttpClientFixture.Reply reply = http.send(method, path, body).expect(404);
    assertEquals("application/json", reply.header("content-type"));
    assertEquals(error, reply.error());
  }

  // Infer

  @Test
  void infer_json_answers() {
    JsonNode reply =
        http.post(INFER, infer(",\"id\":\"seven\",\"outputs\":[{\"name\":\"text_output\"}]"))
            .expect(200)
            .json();
    assertEquals("seven", reply.get("id").asText());
    assertEquals("unary", reply.get("model_name").asText());
    assertEquals("1", reply.get("model_version").asText());
    JsonNode output = reply.get("outputs").get(0);
    assertEquals("text_output", output.get("name").asText());
    assertEquals("BYTES", output.get("datatype").asText());
    assertEquals("[1]", output.get("shape").toString());
    assertEquals(AR_ANSWER, output.get("data").get(0).asText());
    assertEquals(1, reply.get("outputs").size());
  }

  @Test
  void infer_version_answers() {
    http.post("/v2/models/unary/versions/1/infer", infer("")).expect(200);
  }

  /** JSON, then the tensors in the order in which it names them. */
  private static byte[] binary(String json, byte[]... tensors) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    body.writeBytes(json.getBytes(StandardCharsets.UTF_8));
    for (byte[] tensor : tensors) {
      body.writeBytes(tensor);
    }
    return body.toByteArray();
  }

  private static byte[] bytesElement(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(4 + bytes.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(bytes.length)
        .put(bytes)
        .array();
  }

  @Test
  void infer_binaryBothWays_followsTheJson() {
    byte[] prompt = bytesElement(PROMPT);
    byte[] maxTokens = {5, 0, 0, 0};
    String json =
        "{\"parameters\":{\"binary_data_output\":true},\"inputs\":["
            + "{\"name\":\"text_input\",\"shape\":[1],\"datatype\":\"BYTES\",\"parameters\":"
            + "{\"binary_data_size\":"
            + prompt.length
            + "}},"
            + "{\"name\":\"max_tokens\",\"shape\":[1],\"datatype\":\"INT32\",\"parameters\":"
            + "{\"binary_data_size\":4}}],\"outputs\":[{\"name\":\"text_output\",\"parameters\":"
            + "{\"binary_data\":false}},{\"name\":\"output_ids\"}]}";
    HttpClientFixture.Reply reply =
        http.send(
                "POST",
                INFER,
                binary(json, prompt, maxTokens),
                "Inference-Header-Content-Length",
                Integer.toString(json.getBytes(StandardCharsets.UTF_8).length),
                "Content-Type",
                "application/octet-stream")
            .expect(200);
    assertEquals("application/octet-stream", reply.header("content-type"));
    int length = Integer.parseInt(reply.header("inference-header-content-length"));
    JsonNode head =
        HttpClientFixture.parse(new String(reply.body(), 0, length, StandardCharsets.UTF_8));
    assertTrue(head.at("/outputs/0/data").isArray());
    assertEquals(20, head.at("/outputs/1/parameters/binary_data_size").asInt());
    assertEquals(length + 20, reply.body().length);
    ByteBuffer ids = ByteBuffer.wrap(reply.body(), length, 20).order(ByteOrder.LITTLE_ENDIAN);
    GoldenLine line = GoldenLine.read("ar.jsonl").get(0);
    for (int i = 0; i < 5; i++) {
      assertEquals(line.answerIds()[i], ids.getInt());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{} | inputs",
        "[] | not a JSON object",
        "{\"inputs\":[ | failed to parse the request JSON buffer",
        "{\"inputs\":[{\"shape\":[1],\"datatype\":\"BYTES\",\"data\":[\"a\"]}]} | name",
        "{\"inputs\":[{\"name\":\"text_input\",\"datatype\":\"BYTES\",\"data\":[\"a\"]}]} | shape",
        "{\"inputs\":[{\"name\":\"text_input\",\"shape\":[1],\"data\":[\"a\"]}]} | datatype",
        "{\"inputs\":[{\"name\":\"text_input\",\"shape\":[1],\"datatype\":\"BYTES\"}]} |"
            + " only one of the following fields",
        "{\"inputs\":[{\"name\":\"text_input\",\"shape\":[2],\"datatype\":\"BYTES\",\"data\":"
            + "[\"a\"]}]} | text_input",
        "{\"inputs\":[{\"name\":\"nothing\",\"shape\":[1],\"datatype\":\"BYTES\",\"data\":"
            + "[\"a\"]}]} | unexpected inference input 'nothing' for model 'unary'",
        "{\"inputs\":[{\"name\":\"max_tokens\",\"shape\":[1],\"datatype\":\"FP16\",\"data\":"
            + "[1]}]} | FP16 data via JSON is not supported",
        "{\"inputs\":[{\"name\":\"max_tokens\",\"shape\":[1],\"datatype\":\"BF16\",\"data\":"
            + "[1]}]} | BF16 data via JSON is not supported",
        "{\"inputs\":[{\"name\":\"max_tokens\",\"shape\":[1],\"datatype\":\"INT32\",\"data\":"
            + "[2147483648]}]} | max_tokens",
        "{\"inputs\":[{\"name\":\"max_tokens\",\"shape\":[1],\"datatype\":\"INT64\",\"data\":"
            + "[4]}]} | 'INT64', but model 'unary' expects 'INT32'",
        "{\"inputs\":[],\"parameters\":{\"priority\":-1}} | priority",
        "{\"inputs\":[],\"parameters\":{\"timeout\":\"soon\"}} | timeout",
        "{\"inputs\":[],\"parameters\":{\"triton_mine\":1}} | reserved for Triton usage",
        "{\"inputs\":[],\"parameters\":{\"a\":[1]}} | invalid type",
      })
  void infer_wrongBody_is400AndNamesIt(String body, String error) {
    HttpClientFixture.Reply reply = http.post(INFER, body).expect(400);
    assertTrue(reply.error().contains(error), reply::text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1", "1000000", "many"})
  void infer_wrongHeaderLength_is400(String length) {
    http.post(INFER, infer(""), "Inference-Header-Content-Length", length).expect(400);
  }

  @Test
  void infer_binaryOfAnotherSize_is400() {
    String json =
        "{\"inputs\":[{\"name\":\"max_tokens\",\"shape\":[1],\"datatype\":\"INT32\","
            + "\"parameters\":{\"binary_data_size\":4}}]}";
    for (byte[] data : List.of(new byte[3], new byte[5])) {
      http.send(
              "POST",
              INFER,
              binary(json, data),
              "Inference-Header-Content-Length",
              Integer.toString(json.length()))
          .expect(400);
    }
  }

  @Test
  void infer_headerLengthZeroWithManyInputs_is400() {
    String error =
        http.post(INFER, PROMPT, "Inference-Header-Content-Length", "0").expect(400).error();
    assertTrue(error.startsWith("Raw request must only have 1 input"), error);
  }

  @Test
  void infer_sharedMemoryOrClassification_is501() {
    http.post(
            INFER,
            "{\"inputs\":[{\"name\":\"text_input\",\"shape\":[1],\"datatype\":\"BYTES\","
                + "\"parameters\":{\"shared_memory_region\":\"r\"}}]}")
        .expect(501);
    http.post(
            INFER,
            infer(
                ",\"outputs\":[{\"name\":\"text_output\",\"parameters\":{\"classification\":2}}]"))
        .expect(501);
  }

  @Test
  void infer_unknownOutput_is400() {
    assertEquals(
        "unexpected inference output 'sound' for model 'unary'",
        http.post(INFER, infer(",\"outputs\":[{\"name\":\"sound\"}]")).expect(400).error());
  }

  @Test
  void infer_decoupledModel_is501() {
    assertEquals(
        "HTTP end point doesn't support models with decoupled transaction policy",
        http.post("/v2/models/tiny_ar/infer", infer("")).expect(501).error());
  }

  @Test
  void infer_gzip_isReadAndWritten() throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(body)) {
      gzip.write(infer("").getBytes(StandardCharsets.UTF_8));
    }
    HttpClientFixture.Reply reply =
        http.send(
                "POST",
                INFER,
                body.toByteArray(),
                "Content-Encoding",
                "gzip",
                "Accept-Encoding",
                "gzip")
            .expect(200);
    assertEquals("gzip", reply.header("content-encoding"));
    try (GZIPInputStream gzip = new GZIPInputStream(new ByteArrayInputStream(reply.body()))) {
      assertTrue(new String(gzip.readAllBytes(), StandardCharsets.UTF_8).contains(AR_ANSWER));
    }
    http.post(INFER, infer(""), "Content-Encoding", "gzip").expect(400);
    http.post(INFER, infer(""), "Content-Encoding", "br").expect(501);
  }

  // Generate

  @Test
  void generate_answersWithTextAndNothingUnasked() {
    JsonNode reply = http.generate("tiny_ar", body("id", "g1")).expect(200).json();
    assertEquals("g1", reply.get("id").asText());
    assertEquals("tiny_ar", reply.get("model_name").asText());
    assertEquals("1", reply.get("model_version").asText());
    assertEquals(AR_ANSWER, reply.get("text_output").asText());
    List<String> names = new ArrayList<>();
    reply.fieldNames().forEachRemaining(names::add);
    assertEquals(
        new TreeSet<>(List.of("id", "model_name", "model_version", "text_output")),
        new TreeSet<>(names));
  }

  @Test
  void generate_nestedParameters_countAsTopLevel() {
    JsonNode reply =
        http.generate("tiny_ar", body("parameters", Map.of("max_tokens", 3))).expect(200).json();
    assertTrue(AR_ANSWER.startsWith(reply.get("text_output").asText()));
    assertTrue(reply.get("text_output").asText().length() < 30);
  }

  @Test
  void generate_unaryModel_answersToo() {
    assertEquals(
        AR_ANSWER, http.generate("unary", body()).expect(200).json().get("text_output").asText());
  }

  @Test
  void generate_severalResponses_isAnErrorWithStatus200() {
    String error = http.generate("tiny_ar", body("stream", true)).expect(200).error();
    assertTrue(error.startsWith("generate expects model to produce exactly 1 response"), error);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[1] | not a JSON object",
        "{ | failed to parse the request JSON buffer",
        "{\"text_input\":\"a\",\"text_input\":\"b\"} |"
            + " input 'text_input' already exists in request",
        "{\"text_input\":\"a\",\"parameters\":{\"text_input\":\"b\"}} | already exists in request",
        "{\"text_input\":\"a\",\"stream\":\"false\"} | stream",
        "{\"text_input\":\"a\",\"max_tokens\":1.5} | max_tokens",
        "{\"text_input\":\"a\",\"max_tokens\":[[1]]} | max_tokens",
        "{\"text_input\":[\"a\",\"b\"]} | text_input",
        "{\"text_input\":\"a\",\"mine\":[1]} | invalid type",
        "{\"text_input\":\"a\",\"mine\":{}} | invalid type",
        "{\"text_input\":\"a\",\"parameters\":[]} | Expected JSON object",
        "{} | none of text_input, messages and input_ids is given",
        "{\"text_input\":\"a\",\"input_ids\":[1]} | both given",
        "{\"input_ids\":[100000]} | input_ids",
        "{\"input_ids\":[]} | the prompt is empty",
        "{\"text_input\":\"a\",\"max_tokens\":-1} | max_tokens",
        "{\"text_input\":\"a\",\"temperature\":-1} | temperature",
        "{\"text_input\":\"a\",\"algorithm\":\"guess\"} | algorithm",
      })
  void generate_wrongBody_is400AndNamesIt(String body, String error) {
    for (String endpoint : List.of("generate", "generate_stream")) {
      HttpClientFixture.Reply reply = http.post("/v2/models/tiny_ar/" + endpoint, body).expect(400);
      String text = reply.text();
      assertTrue(text.contains("\"error\"") && text.contains(error), text);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "br"})
  void generate_contentEncoding_is400(String encoding) {
    for (String endpoint : List.of("generate", "generate_stream")) {
      http.post(
              "/v2/models/tiny_ar/" + endpoint,
              HttpClientFixture.write(body()),
              "Content-Encoding",
              encoding)
          .expect(400);
    }
  }

  @Test
  void generateStream_isChunkedEventsWithoutSentinel() throws IOException {
    try (RawConnection connection = raw()) {
      connection.post(
          "/v2/models/tiny_ar/generate_stream",
          HttpClientFixture.write(body("stream", true, "id", "s1")));
      RawConnection.Response response = connection.read();
      assertEquals(200, response.status());
      assertEquals("text/event-stream; charset=utf-8", response.headers().get("content-type"));
      assertEquals("chunked", response.headers().get("transfer-encoding"));
      assertNull(response.headers().get("content-length"));
      assertFalse(response.text().contains("[DONE]"));
      List<JsonNode> events = new HttpClientFixture.Reply(200, null, response.body()).events();
      assertTrue(events.size() > 5);
      StringBuilder text = new StringBuilder();
      for (JsonNode event : events) {
        assertEquals("s1", event.get("id").asText());
        text.append(event.get("text_output").asText());
      }
      assertEquals(AR_ANSWER, text.toString());
      // The connection is kept.
      connection.send("GET /v2/health/live HTTP/1.1\r\nHost: test\r\n\r\n");
      assertEquals(200, connection.read().status());
    }
  }

  @Test
  void generateStream_firstResponseIsError_isAnEventWithItsStatus() {
    HttpClientFixture.Reply reply =
        http.generateStream("tiny_ar", body("timeout", 1, "stream", true)).expect(503);
    assertEquals("text/event-stream; charset=utf-8", reply.header("content-type"));
    assertEquals(1, reply.events().size());
    assertTrue(reply.events().get(0).has("error"));
  }

  @Test
  void generateStream_wrongJson_isPlainJson() {
    HttpClientFixture.Reply reply =
        http.post("/v2/models/tiny_ar/generate_stream", "{").expect(400);
    assertEquals("application/json", reply.header("content-type"));
  }

  @Test
  void orca_headerAskedFor_isSent() {
    String path = "/v2/models/tiny_ar/generate";
    String json = HttpClientFixture.write(body());
    String text =
        http.post(path, json, "endpoint-load-metrics-format", "text")
            .expect(200)
            .header("endpoint-load-metrics");
    assertTrue(
        text.matches(
            "TEXT named_metrics\\.kv_cache_utilization=[0-9.]+,"
                + " named_metrics\\.max_token_capacity=[0-9]+"),
        text);
    String asJson =
        http.post(path, json, "endpoint-load-metrics-format", "json")
            .expect(200)
            .header("endpoint-load-metrics");
    assertTrue(asJson.startsWith("JSON "), asJson);
    JsonNode metrics = HttpClientFixture.parse(asJson.substring(5)).get("named_metrics");
    assertTrue(metrics.get("max_token_capacity").asLong() > 0);
    assertNull(http.post(path, json).expect(200).header("endpoint-load-metrics"));
  }

  // Framing

  @Test
  void pipelinedRequests_areAnsweredInOrder() throws IOException {
    try (RawConnection connection = raw()) {
      String get = "GET /v2/models/%s HTTP/1.1\r\nHost: test\r\n\r\n";
      connection.send(get.formatted("tiny_ar") + get.formatted("none") + get.formatted("tiny_d2f"));
      assertTrue(connection.read().text().contains("\"name\":\"tiny_ar\""));
      assertEquals(404, connection.read().status());
      assertTrue(connection.read().text().contains("\"name\":\"tiny_d2f\""));
    }
  }

  @Test
  void chunkedRequest_isRead() throws IOException {
    String json = HttpClientFixture.write(body("max_tokens", 2));
    int half = json.length() / 2;
    try (RawConnection connection = raw()) {
      connection.send(
          "POST /v2/models/tiny_ar/generate HTTP/1.1\r\nHost: test\r\n"
              + "Transfer-Encoding: chunked\r\n\r\n");
      for (String part : List.of(json.substring(0, half), json.substring(half))) {
        connection.send(Integer.toHexString(part.length()) + "\r\n" + part + "\r\n");
      }
      connection.send("0\r\n\r\n");
      assertEquals(200, connection.read().status());
    }
  }

  @Test
  void noHttp_is400AndTheEnd() throws IOException {
    try (RawConnection connection = raw()) {
      connection.send("SSH-2.0-client\r\n\r\n");
      assertEquals(400, connection.read().status());
      assertTrue(connection.atEnd());
    }
  }

  // Settings

  @Test
  void logging_isShownAndChanged() {
    JsonNode settings = http.get("/v2/logging").expect(200).json();
    List<String> names = new ArrayList<>();
    settings.fieldNames().forEachRemaining(names::add);
    assertEquals(
        new TreeSet<>(
            List.of(
                "log_file",
                "log_info",
                "log_warning",
                "log_error",
                "log_verbose_level",
                "log_format")),
        new TreeSet<>(names));
    assertEquals(
        "ISO8601",
        http.post("/v2/logging", "{\"log_format\":\"ISO8601\"}")
            .expect(200)
            .json()
            .get("log_format")
            .asText());
    http.post("/v2/logging", "{\"log_format\":\"default\"}").expect(200);
    for (String wrong :
        List.of(
            "{\"log_colour\":true}",
            "{\"log_info\":\"yes\"}",
            "{\"log_verbose_level\":-1}",
            "{\"log_format\":\"xml\"}",
            "{\"log_file\":\"/tmp/elsewhere\"}")) {
      http.post("/v2/logging", wrong).expect(400);
    }
  }

  @Test
  void trace_isShownAndChanged() {
    JsonNode settings = http.get("/v2/trace/setting").expect(200).json();
    for (String name :
        List.of("trace_file", "trace_level", "trace_rate", "trace_count", "log_frequency")) {
      assertTrue(settings.has(name), settings::toString);
    }
    assertEquals(
        "500",
        http.post("/v2/models/tiny_ar/trace/setting", "{\"trace_rate\":\"500\"}")
            .expect(200)
            .json()
            .get("trace_rate")
            .asText());
    http.post("/v2/models/tiny_ar/trace/setting", "{\"trace_rate\":null}").expect(200);
    http.post("/v2/trace/setting", "{\"trace_rate\":\"often\"}").expect(400);
    assertTrue(
        Arrays.asList(400, 404).contains(http.get("/v2/models/none/trace/setting").status()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"system", "cuda"})
  void sharedMemory_isNotOffered(String kind) {
    String path = "/v2/" + kind + "sharedmemory";
    assertEquals("[]", http.get(path + "/status").expect(200).text());
    http.post(path + "/region/r/register", "{}").expect(501);
    http.post(path + "/unregister", "").expect(501);
  }
}
