package dev.unmask.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.unmask.protocol.ModelStatistics;
import dev.unmask.protocol.ModelStatisticsRequest;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Metrics and statistics say what was done, no more and no less. */
class ITMetrics extends ServedTest {
  private static final String MODEL = "tiny_ar";

  @BeforeEach
  void start() {
    start(EmbeddedServer.of(WireRepository.bundled()));
  }

  @AfterEach
  void stop() {
    stopServer();
  }

  @Test
  void metrics_areTextOnTheirOwnPort() {
    HttpClientFixture metrics = new HttpClientFixture(server.metricsPort());
    for (String path : List.of("/metrics", "/metrics/")) {
      assertEquals(
          "text/plain; charset=utf-8", metrics.get(path).expect(200).header("content-type"));
    }
    metrics.post("/metrics", "").expect(405);
    metrics.get("/v2").expect(404);
    http.get("/metrics").expect(404);
  }

  @Test
  void families_haveTritonsNamesAndTypes() {
    Scrape scrape = Scrape.of(server);
    for (String counter :
        List.of(
            "nv_inference_request_success",
            "nv_inference_request_failure",
            "nv_inference_count",
            "nv_inference_exec_count",
            "nv_inference_request_duration_us",
            "nv_inference_queue_duration_us",
            "nv_inference_compute_input_duration_us",
            "nv_inference_compute_infer_duration_us",
            "nv_inference_compute_output_duration_us",
            "unmask_forward_passes_total",
            "unmask_wasted_positions_total",
            "unmask_preemptions_total")) {
      assertEquals("counter", scrape.type(counter), counter);
    }
    for (String gauge :
        List.of(
            "nv_inference_pending_request_count",
            "nv_trt_llm_kv_cache_block_metrics",
            "unmask_requests",
            "unmask_kv_cache_usage_ratio")) {
      assertEquals("gauge", scrape.type(gauge), gauge);
    }
    for (String type : List.of("fraction", "tokens_per", "used", "free", "max")) {
      assertTrue(scrape.kvBlocks(MODEL, type) >= 0);
    }
    for (String reason : List.of("REJECTED", "CANCELED", "BACKEND", "OTHER")) {
      assertEquals(0, scrape.failures(MODEL, reason));
    }
    http.generate(MODEL, body("max_tokens", 2)).expect(200);
    for (String histogram :
        List.of(
            "nv_inference_first_response_histogram_ms",
            "unmask_committed_tokens_per_step",
            "unmask_request_tokens_per_pass",
            "unmask_time_to_first_block_seconds",
            "unmask_block_latency_seconds",
            "unmask_queue_time_seconds")) {
      assertEquals("histogram", Scrape.of(server).type(histogram), histogram);
    }
  }

  @Test
  void counts_equalWhatWasDone() {
    int tokens = 0;
    int prompts = 0;
    int passes = 0;
    for (int i = 1; i <= 5; i++) {
      JsonNode reply =
          http.generate(
                  MODEL,
                  body(
                      "max_tokens", 4 * i,
                      "return_num_output_tokens", true,
                      "return_num_input_tokens", true,
                      "return_perf_metrics", true))
              .expect(200)
              .json();
      tokens += reply.get("num_output_tokens").asInt();
      prompts += reply.get("num_input_tokens").asInt();
      passes += reply.get("num_forward_passes").asInt();
    }
    http.generate(MODEL, body("max_tokens", -1)).expect(400);
    http.generate(MODEL, body("timeout", 1)).expect(503);
    Poll.until("nothing is in progress", () -> Scrape.of(server).isIdle(MODEL));
    Scrape scrape = Scrape.of(server);
    assertEquals(5, scrape.of("nv_inference_request_success", MODEL));
    assertEquals(5, scrape.of("nv_inference_count", MODEL));
    assertEquals(passes, scrape.of("nv_inference_exec_count", MODEL));
    assertEquals(passes, scrape.of("unmask_forward_passes_total", MODEL));
    assertEquals(passes, scrape.of("unmask_committed_tokens_per_step_count", MODEL));
    assertEquals(tokens, scrape.of("unmask_generation_tokens_total", MODEL));
    assertEquals(prompts, scrape.of("unmask_prompt_tokens_total", MODEL));
    assertEquals(5, scrape.of("unmask_time_to_first_block_seconds_count", MODEL));
    assertEquals(5, scrape.of("unmask_queue_time_seconds_count", MODEL));
    assertEquals(5, scrape.of("nv_inference_first_response_histogram_ms_count", MODEL));
    assertEquals(
        2,
        scrape.failures(MODEL, "OTHER")
            + scrape.failures(MODEL, "REJECTED")
            + scrape.failures(MODEL, "BACKEND"));
    assertEquals(0, scrape.failures(MODEL, "CANCELED"));
    assertTrue(scrape.of("nv_inference_request_duration_us", MODEL) > 0);
    assertTrue(scrape.of("nv_inference_compute_infer_duration_us", MODEL) > 0);
    // The other models did nothing.
    assertEquals(0, scrape.of("nv_inference_request_success", "tiny_d2f"));
    assertEquals(0, scrape.of("unmask_forward_passes_total", "tiny_d2f"));

    JsonNode stats = http.get("/v2/models/tiny_ar/stats").expect(200).json().at("/model_stats/0");
    assertEquals(MODEL, stats.get("name").asText());
    assertEquals("1", stats.get("version").asText());
    assertEquals(5, stats.get("inference_count").asInt());
    assertEquals(passes, stats.get("execution_count").asInt());
    assertEquals(5, stats.at("/inference_stats/success/count").asInt());
    assertEquals(2, stats.at("/inference_stats/fail/count").asInt());
    for (String part : List.of("queue", "compute_input", "compute_infer", "compute_output")) {
      assertEquals(5, stats.at("/inference_stats/" + part + "/count").asInt(), part);
    }
    assertEquals(0, stats.at("/inference_stats/cache_hit/count").asInt());
    long success = stats.at("/inference_stats/success/ns").asLong();
    assertEquals(scrape.of("nv_inference_request_duration_us", MODEL), success / 1000.0, 5);
    assertTrue(stats.get("last_inference").asLong() > 0);
    assertEquals(1, stats.at("/batch_stats/0/batch_size").asInt());
    assertEquals(passes, stats.at("/batch_stats/0/compute_infer/count").asInt());
    assertEquals(5, stats.at("/response_stats/0/success/count").asInt());

    ModelStatistics overGrpc =
        grpc.blocking()
            .modelStatistics(ModelStatisticsRequest.newBuilder().setName(MODEL).build())
            .getModelStats(0);
    assertEquals(5, overGrpc.getInferenceCount());
    assertEquals(passes, overGrpc.getExecutionCount());
    assertEquals(success, overGrpc.getInferenceStats().getSuccess().getNs());
  }

  @Test
  void statistics_ofAllModels_listEach() {
    assertEquals(4, http.get("/v2/models/stats").expect(200).json().get("model_stats").size());
    assertEquals(
        4,
        grpc.blocking()
            .modelStatistics(ModelStatisticsRequest.getDefaultInstance())
            .getModelStatsCount());
  }

  @Test
  void streams_countEachResponse() {
    int events =
        http.generateStream(MODEL, body("stream", true, "max_tokens", 6))
            .expect(200)
            .events()
            .size();
    JsonNode stats = http.get("/v2/models/tiny_ar/stats").json().at("/model_stats/0");
    int counted = 0;
    for (JsonNode response : stats.get("response_stats")) {
      counted += response.at("/success/count").asInt();
    }
    assertEquals(events, counted);
    assertEquals(1, stats.get("inference_count").asInt());
  }

  @Test
  void kvBlocks_risesWhileDecodingAndFallsBack() throws Exception {
    double max = Scrape.of(server).kvBlocks(MODEL, "max");
    try (RawConnection connection = raw()) {
      connection.post(
          "/v2/models/tiny_d2f/generate_stream",
          HttpClientFixture.write(body("stream", true, "max_tokens", 900, "ignore_eos", true)));
      connection.firstChunk();
      Scrape during = Scrape.of(server);
      assertTrue(during.kvBlocks("tiny_d2f", "used") > 0);
      assertEquals(
          during.kvBlocks("tiny_d2f", "max"),
          during.kvBlocks("tiny_d2f", "used") + during.kvBlocks("tiny_d2f", "free"));
    }
    Poll.until("nothing is in progress", () -> Scrape.of(server).isIdle("tiny_d2f"));
    assertTrue(max > 0);
    assertFalse(Scrape.of(server).has("nv_inference_count", "none"));
  }
}
