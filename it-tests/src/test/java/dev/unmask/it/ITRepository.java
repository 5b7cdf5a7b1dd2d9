package dev.unmask.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.unmask.protocol.ModelRepositoryParameter;
import dev.unmask.protocol.RepositoryIndexRequest;
import dev.unmask.protocol.RepositoryModelLoadRequest;
import dev.unmask.protocol.RepositoryModelUnloadRequest;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Models that come, change, fail and go while others serve. */
class ITRepository extends ServedTest {
  private static final String INDEX = "/v2/repository/index";

  @BeforeEach
  void start() {
    start(
        EmbeddedServer.of(
                WireRepository.bundled()
                    .addDamaged("damaged")
                    .add("contradictory", "tiny_ar", "max_batch_size: 8"))
            .explicit("tiny_ar", "damaged", "contradictory"));
  }

  @AfterEach
  void stop() {
    stopServer();
  }

  private static HttpClientFixture.Reply load(String model) {
    return http.post("/v2/repository/models/" + model + "/load", "");
  }

  private static HttpClientFixture.Reply load(String model, Map<String, String> parameters) {
    return http.post(
        "/v2/repository/models/" + model + "/load",
        HttpClientFixture.write(Map.of("parameters", parameters)));
  }

  private static void unload(String model) {
    http.post("/v2/repository/models/" + model + "/unload", "").expect(200);
    Poll.until(
        model + " is out of memory",
        () -> "UNAVAILABLE".equals(indexed(model).path("state").asText()));
  }

  private static JsonNode indexed(String model) {
    for (JsonNode entry : http.post(INDEX, "").expect(200).json()) {
      if (entry.get("name").asText().equals(model)) {
        return entry;
      }
    }
    throw new AssertionError(model + " is not in the index");
  }

  @Test
  void brokenModels_areReportedAndOthersServe() {
    assertEquals("READY", indexed("tiny_ar").get("state").asText());
    JsonNode damaged = indexed("damaged");
    assertEquals("UNAVAILABLE", damaged.get("state").asText());
    assertFalse(damaged.get("reason").asText().isEmpty());
    String reason = indexed("contradictory").get("reason").asText();
    assertTrue(reason.contains("max_batch_size 8"), reason);
    assertTrue(server.announced().contains("max_batch_size 8"), server::announced);
    http.get("/v2/models/damaged/ready").expect(400);
    // Strict readiness is the default: a model that was to be served is not.
    http.get("/v2/health/ready").expect(400);
    http.generate("tiny_ar", body("max_tokens", 2)).expect(200);
    http.generate("damaged", body()).expect(404);
    String again = load("damaged").expect(400).error();
    assertTrue(again.startsWith("failed to load 'damaged'"), again);
  }

  @Test
  void index_listsAllOrReadyOnly() {
    JsonNode all = http.post(INDEX, "").expect(200).json();
    assertEquals(6, all.size());
    JsonNode unknown = indexed("unary");
    assertFalse(unknown.has("state"));
    JsonNode ready = http.post(INDEX, "{\"ready\":true}").expect(200).json();
    assertEquals(1, ready.size());
    assertEquals("tiny_ar", ready.get(0).get("name").asText());
    assertEquals(
        1,
        grpc.blocking()
            .repositoryIndex(RepositoryIndexRequest.newBuilder().setReady(true).build())
            .getModelsCount());
    http.post(INDEX, "{\"ready\":\"yes\"}").expect(400);
    http.post("/v2/repository/elsewhere/index", "").expect(501);
  }

  @Test
  void loadAndUnload_changeWhatServes() {
    http.generate("unary", body()).expect(404);
    assertEquals(0, load("unary").expect(200).body().length);
    http.get("/v2/models/unary/ready").expect(200);
    assertEquals(AR_ANSWER, http.generate("unary", body()).json().get("text_output").asText());
    unload("unary");
    assertEquals("unloaded", indexed("unary").get("reason").asText());
    http.get("/v2/models/unary/ready").expect(400);
    assertEquals(
        "Request for unknown model: 'unary' has no available versions",
        http.generate("unary", body()).expect(404).error());
    grpc.blocking()
        .repositoryModelLoad(RepositoryModelLoadRequest.newBuilder().setModelName("unary").build());
    http.get("/v2/models/unary/ready").expect(200);
    grpc.blocking()
        .repositoryModelUnload(
            RepositoryModelUnloadRequest.newBuilder().setModelName("unary").build());
    http.get("/v2/models/unary/ready").expect(400);
    assertEquals(
        "failed to load 'none', failed to poll from model repository",
        load("none").expect(400).error());
    http.post("/v2/repository/models/none/unload", "").expect(200);
  }

  @Test
  void configOverride_replacesTheFile() {
    load("tiny_ar", Map.of("config", "{\"model_transaction_policy\":{\"decoupled\":false}}"))
        .expect(200);
    assertFalse(
        http.get("/v2/models/tiny_ar/config")
            .json()
            .at("/model_transaction_policy/decoupled")
            .asBoolean());
    http.generate("tiny_ar", body("stream", true)).expect(400);
    load("tiny_ar").expect(200);
    assertTrue(
        http.get("/v2/models/tiny_ar/config")
            .json()
            .at("/model_transaction_policy/decoupled")
            .asBoolean());
    for (String wrong : List.of("{", "{\"max_batch_size\":4}", "{\"backend\":\"python\"}")) {
      String error = load("tiny_ar", Map.of("config", wrong)).expect(400).error();
      assertTrue(error.startsWith("failed to load 'tiny_ar'"), error);
      http.generate("tiny_ar", body("max_tokens", 2)).expect(200);
    }
    load("tiny_ar", Map.of("speed", "high")).expect(400);
  }

  @Test
  void configOverride_grpc_isTheSame() {
    RepositoryModelLoadRequest.Builder request =
        RepositoryModelLoadRequest.newBuilder().setModelName("tiny_d2f");
    grpc.blocking()
        .repositoryModelLoad(
            request
                .putParameters(
                    "config",
                    ModelRepositoryParameter.newBuilder()
                        .setStringParam("{\"model_transaction_policy\":{\"decoupled\":false}}")
                        .build())
                .build());
    http.generate("tiny_d2f", body("stream", true)).expect(400);
    try {
      grpc.blocking()
          .repositoryModelLoad(
              request
                  .putParameters(
                      "config", ModelRepositoryParameter.newBuilder().setInt64Param(1).build())
                  .build());
      throw new AssertionError("a number passed for a configuration");
    } catch (StatusRuntimeException e) {
      assertEquals(Status.Code.INVALID_ARGUMENT, e.getStatus().getCode());
    }
  }

  @Test
  void fileOverride_servesWhatTheRequestBrings() throws IOException {
    Path files = BundledModelFixture.repository().resolve("tiny_ar").resolve("1");
    Map<String, String> parameters = new HashMap<>();
    parameters.put("config", "{}");
    try (var listed = Files.list(files)) {
      for (Path file : listed.toList()) {
        parameters.put(
            "file:3/" + file.getFileName(),
            Base64.getEncoder().encodeToString(Files.readAllBytes(file)));
      }
    }
    load("brought", parameters).expect(200);
    JsonNode reply = http.generate("brought", body()).expect(200).json();
    assertEquals("3", reply.get("model_version").asText());
    assertEquals(AR_ANSWER, reply.get("text_output").asText());
    assertEquals("3", indexed("brought").get("version").asText());
    parameters.remove("config");
    load("brought", parameters).expect(400);
  }

  @Test
  void versions_policyDecides() {
    server.repository().addVersion("tiny_ar", "tiny_ar", 2);
    load("tiny_ar").expect(200);
    assertEquals(
        "2", http.generate("tiny_ar", body("max_tokens", 2)).json().get("model_version").asText());
    server.repository().config("tiny_ar", "version_policy { all {} }");
    load("tiny_ar").expect(200);
    for (String version : List.of("1", "2")) {
      assertEquals(
          version,
          http.generate("tiny_ar/versions/" + version, body("max_tokens", 2))
              .expect(200)
              .json()
              .get("model_version")
              .asText());
    }
    assertEquals(2, http.get("/v2/models/tiny_ar").json().get("versions").size());
    assertEquals(
        "2", http.generate("tiny_ar", body("max_tokens", 2)).json().get("model_version").asText());
  }

  @Test
  void reload_underTraffic_losesNoRequest() throws Exception {
    AtomicBoolean enough = new AtomicBoolean();
    ExecutorService clients = Executors.newFixedThreadPool(4);
    try {
      List<Future<Integer>> traffic = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        traffic.add(
            clients.submit(
                () -> {
                  int answered = 0;
                  while (!enough.get()) {
                    assertEquals(
                        AR_ANSWER,
                        http.generate("tiny_ar", body())
                            .expect(200)
                            .json()
                            .get("text_output")
                            .asText());
                    answered++;
                  }
                  return answered;
                }));
      }
      for (int i = 0; i < 4; i++) {
        load("tiny_ar").expect(200);
      }
      enough.set(true);
      int answered = 0;
      for (Future<Integer> client : traffic) {
        answered += client.get();
      }
      assertTrue(answered > 0);
    } finally {
      enough.set(true);
      clients.shutdownNow();
    }
    assertEquals("READY", indexed("tiny_ar").get("state").asText());
  }

  @Test
  void unload_letsRequestsInProgressEnd() throws IOException {
    try (RawConnection connection = raw()) {
      connection.post(
          "/v2/models/tiny_ar/generate_stream",
          HttpClientFixture.write(body("stream", true, "max_tokens", 400, "ignore_eos", true)));
      http.post("/v2/repository/models/tiny_ar/unload", "").expect(200);
      RawConnection.Response response = connection.read();
      if (response.status() == 200) {
        assertFalse(response.text().contains("\"error\""), response::text);
      } else {
        // The unload came before the request.
        assertEquals(404, response.status(), response::text);
      }
    }
    Poll.until(
        "tiny_ar is unloaded", () -> "unloaded".equals(indexed("tiny_ar").path("reason").asText()));
  }
}
