package dev.unmask.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.unmask.protocol.ModelInferRequest;
import dev.unmask.protocol.ModelStreamInferResponse;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which request comes first where they wait, and which are given up for time. */
class ITPriorityAndTimeout extends ServedTest {
  private static final String MODEL = "tiny_llada";

  @BeforeEach
  void start() {
    start(
        EmbeddedServer.of(
                WireRepository.bundled()
                    .add("unary_llada", "tiny_llada", WireRepository.NOT_DECOUPLED))
            .settings(Map.of("max_sequences", "1")));
  }

  @AfterEach
  void stop() {
    stopServer();
  }

  /** A request that holds the only place of the model. */
  private static RawConnection occupy() throws IOException {
    RawConnection connection = raw();
    connection.post(
        "/v2/models/" + MODEL + "/generate_stream",
        HttpClientFixture.write(endless("stream", true)));
    connection.firstChunk();
    return connection;
  }

  private static long scheduled(JsonNode reply) {
    return reply.get("first_scheduled_time_ns").asLong();
  }

  @Test
  void waitingRequests_highestPriorityFirst() throws Exception {
    int[] priorities = {0, 9, 5, 1};
    ExecutorService clients = Executors.newFixedThreadPool(priorities.length);
    try {
      CompletableFuture<?>[] replies = new CompletableFuture<?>[priorities.length];
      RawConnection busy = occupy();
      try {
        for (int i = 0; i < priorities.length; i++) {
          Map<String, Object> body =
              body(
                  "request_priority", priorities[i],
                  "return_perf_metrics", true,
                  "gen_length", 16,
                  "block_length", 16,
                  "steps", 16);
          replies[i] =
              CompletableFuture.supplyAsync(
                  () -> http.generate(MODEL, body).expect(200).json(), clients);
          int waiting = i + 1;
          Poll.until(
              waiting + " wait", () -> Scrape.of(server).requests(MODEL, "waiting") == waiting);
        }
      } finally {
        busy.close();
      }
      long[] times = new long[priorities.length];
      for (int i = 0; i < times.length; i++) {
        times[i] = scheduled((JsonNode) replies[i].get());
      }
      assertTrue(times[3] < times[2], "priority 1 before 5");
      assertTrue(times[2] < times[1], "priority 5 before 9");
    } finally {
      clients.shutdownNow();
    }
  }

  @Test
  void timeout_whileWaiting_isUnavailable() throws IOException {
    RawConnection busy = occupy();
    try {
      String error = http.generate(MODEL, body("timeout", 50_000)).expect(503).error();
      assertTrue(error.contains("timeout"), error);
    } finally {
      busy.close();
    }
  }

  @Test
  void timeout_whileDecoding_isUnavailableOverBothProtocols() {
    http.generate(MODEL, endless("timeout", 200_000)).expect(503);
    Map<String, Object> parameters = endless();
    parameters.remove("text_input");
    ModelInferRequest.Builder request =
        GrpcClientFixture.request(
                "unary_llada",
                GrpcClientFixture.texts("text_input", PROMPT),
                GrpcClientFixture.texts("sampling_parameters", HttpClientFixture.write(parameters)))
            .putParameters("timeout", GrpcClientFixture.number(200_000));
    try {
      grpc.blocking().modelInfer(request.build());
      throw new AssertionError("the call was answered");
    } catch (StatusRuntimeException e) {
      assertEquals(Status.Code.UNAVAILABLE, e.getStatus().getCode());
    }
    ModelStreamInferResponse last = null;
    for (ModelStreamInferResponse response :
        grpc.streamAll(
            request
                .setModelName(MODEL)
                .addInputs(GrpcClientFixture.bool("stream", true))
                .build())) {
      last = response;
    }
    assertTrue(last.getErrorMessage().contains("timeout"), last::toString);
    Poll.until("nothing is in progress", () -> Scrape.of(server).isIdle(MODEL));
  }

  @Test
  void timeout_zero_isNone() {
    http.generate("tiny_ar", body("timeout", 0)).expect(200);
  }

  @Test
  void queueFull_isUnavailable() throws Exception {
    stopServer();
    start(
        EmbeddedServer.of(WireRepository.bundled())
            .settings(Map.of("max_sequences", "1", "max_queue_size", "1")));
    RawConnection busy = occupy();
    try (RawConnection waits = raw()) {
      waits.post("/v2/models/" + MODEL + "/generate", HttpClientFixture.write(body()));
      Poll.until("one waits", () -> Scrape.of(server).requests(MODEL, "waiting") == 1);
      String error = http.generate(MODEL, body()).expect(503).error();
      assertTrue(error.contains("queue"), error);
      ModelStreamInferResponse refused =
          grpc.streamAll(
                  GrpcClientFixture.request(MODEL, GrpcClientFixture.texts("text_input", PROMPT))
                      .build())
              .get(0);
      assertEquals(error, refused.getErrorMessage());
      try (GrpcStream stream = grpc.stream("triton_grpc_error", "true")) {
        stream.send(
            GrpcClientFixture.request(MODEL, GrpcClientFixture.texts("text_input", PROMPT))
                .build());
        assertEquals(Status.Code.UNAVAILABLE, stream.status().getCode());
      }
      assertEquals(3, Scrape.of(server).failures(MODEL, "REJECTED"));
    } finally {
      busy.close();
    }
  }
}
