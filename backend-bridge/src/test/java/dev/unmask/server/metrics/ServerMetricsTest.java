package dev.unmask.server.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unmask.bridge.Telemetry.Outcome;
import dev.unmask.bridge.Telemetry.RequestReport;
import dev.unmask.scheduler.UnmaskException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ServerMetricsTest {
  private final ServerMetrics metrics = new ServerMetrics(MetricsConfig.DEFAULT);

  private static List<String> lines(ServerMetrics metrics) {
    return new String(metrics.scrape(), StandardCharsets.UTF_8).lines().toList();
  }

  private void has(String line) {
    assertTrue(lines(metrics).contains(line), () -> line + " in " + lines(metrics));
  }

  private static RequestReport success() {
    return new RequestReport(
        Outcome.SUCCESS, 2, 5_000_000, 100_000, 200_000, 4_000_000, 30_000, 7, 12, 4);
  }

  @Test
  void requests_counted_underTritonsNames() {
    ModelTelemetry model = metrics.open("m", "1");
    model.onReceived();
    model.onReceived();
    model.onReceived();
    has("nv_inference_pending_request_count{model=\"m\",version=\"1\"} 3.0");
    model.onScheduled(200_000);
    model.onEnded(success());
    model.onEnded(new RequestReport(Outcome.CANCELED, 0, 9, 0, 0, 0, 0, 3, 0, 0));
    has("nv_inference_pending_request_count{model=\"m\",version=\"1\"} 1.0");
    has("# TYPE nv_inference_request_success counter");
    has("nv_inference_request_success{model=\"m\",version=\"1\"} 1");
    has("nv_inference_count{model=\"m\",version=\"1\"} 1");
    has("nv_inference_request_failure{model=\"m\",reason=\"CANCELED\",version=\"1\"} 1");
    has("nv_inference_request_failure{model=\"m\",reason=\"BACKEND\",version=\"1\"} 0");
    has("nv_inference_request_duration_us{model=\"m\",version=\"1\"} 5000");
    has("nv_inference_queue_duration_us{model=\"m\",version=\"1\"} 200");
    has("nv_inference_compute_input_duration_us{model=\"m\",version=\"1\"} 100");
    has("nv_inference_compute_infer_duration_us{model=\"m\",version=\"1\"} 4000");
    has("nv_inference_compute_output_duration_us{model=\"m\",version=\"1\"} 30");
    has("unmask_prompt_tokens_total{model=\"m\",version=\"1\"} 10.0");
    has("unmask_generation_tokens_total{model=\"m\",version=\"1\"} 12.0");
    has("unmask_request_tokens_per_pass_sum{model=\"m\",version=\"1\"} 3.0");
    has("unmask_queue_time_seconds_count{model=\"m\",version=\"1\"} 1");
  }

  @Test
  void steps_counted() {
    ModelTelemetry model = metrics.open("m", "1");
    model.onStep(Steps.of(2, 40, 30, 4));
    model.onStep(Steps.of(3, 24, 0, 5));
    model.onStep(Steps.of(0, 0, 0, 0));
    model.onStep(Steps.failed(2));
    has("nv_inference_exec_count{model=\"m\",version=\"1\"} 2");
    has("unmask_forward_passes_total{model=\"m\",version=\"1\"} 2.0");
    has("unmask_failed_forward_passes_total{model=\"m\",version=\"1\"} 1.0");
    has("unmask_query_positions_total{model=\"m\",version=\"1\"} 64.0");
    has("unmask_wasted_positions_total{model=\"m\",version=\"1\"} 25.0");
    has("unmask_committed_tokens_total{model=\"m\",version=\"1\"} 9.0");
    has("unmask_committed_tokens_per_step_bucket{model=\"m\",version=\"1\",le=\"4.0\"} 1");
    has("unmask_step_sequences_sum{model=\"m\",version=\"1\"} 5.0");
    has("unmask_step_seconds_total{model=\"m\",phase=\"engine\",version=\"1\"} 0.08");
    has("unmask_requests{model=\"m\",state=\"waiting\",version=\"1\"} 0.0");
    has("unmask_requests{model=\"m\",state=\"running\",version=\"1\"} 2.0");
    has(
        "nv_trt_llm_kv_cache_block_metrics"
            + "{kv_cache_block_type=\"fraction\",model=\"m\",version=\"1\"} 0.25");
    has(
        "nv_trt_llm_kv_cache_block_metrics"
            + "{kv_cache_block_type=\"free\",model=\"m\",version=\"1\"} 75.0");
    assertEquals(25, model.kvBlocksUsed());
    assertEquals(100, model.kvBlocksTotal());
  }

  @Test
  void reload_cumulativeTotals_goOnFromTheOldModels() {
    ModelTelemetry old = metrics.open("m", "1");
    old.onStep(Steps.totals(3, 2, 64, 7));
    old.onStep(Steps.totals(4, 2, 64, 9));
    ModelTelemetry next = metrics.open("m", "1");
    old.retire();
    next.onStep(Steps.totals(1, 1, 32, 1));
    has("unmask_preemptions_total{model=\"m\",version=\"1\"} 5.0");
    has("unmask_kv_reuse_hits_total{model=\"m\",version=\"1\"} 3.0");
    has("unmask_kv_reused_tokens_total{model=\"m\",version=\"1\"} 96.0");
    has("unmask_look_ahead_declined_total{model=\"m\",version=\"1\"} 10.0");
    old.onStep(Steps.of(7, 7, 0, 7));
    has("unmask_requests{model=\"m\",state=\"running\",version=\"1\"} 1.0");
    old.close();
    has("unmask_preemptions_total{model=\"m\",version=\"1\"} 5.0");
    next.close();
    assertFalse(lines(metrics).stream().anyMatch(line -> line.contains("model=")));
  }

  @Test
  void firstResponse_optedIn_isHistogram() {
    metrics.open("m", "1").onFirstResponse(150_000_000);
    assertFalse(lines(metrics).stream().anyMatch(line -> line.contains("first_response")));
    ServerMetrics optedIn =
        new ServerMetrics(
            MetricsConfig.parse(
                List.of("histogram_latencies=true", "counter_latencies=false"), false));
    optedIn.open("m", "1").onFirstResponse(150_000_000);
    List<String> lines = lines(optedIn);
    String bucket = "nv_inference_first_response_histogram_ms_bucket{model=\"m\",version=\"1\",le=";
    assertTrue(lines.contains(bucket + "\"100.0\"} 0"), lines::toString);
    assertTrue(lines.contains(bucket + "\"500.0\"} 1"), lines::toString);
    assertFalse(lines.stream().anyMatch(line -> line.contains("_duration_us")));
    assertFalse(lines.stream().anyMatch(line -> line.contains("nv_cpu")));
  }

  @Test
  void scrape_anyModelName_isEscapedAndEachFamilyOnce() {
    metrics.open("a\"b\\", "1");
    Set<String> families = new HashSet<>();
    for (String line : lines(metrics)) {
      if (line.startsWith("# TYPE ")) {
        assertTrue(families.add(line), line);
      }
    }
    assertTrue(families.contains("# TYPE nv_cpu_memory_total_bytes gauge"));
    has("nv_inference_count{model=\"a\\\"b\\\\\",version=\"1\"} 0");
  }

  @Test
  void config_unknownSetting_isRefused() {
    assertThrows(
        UnmaskException.class, () -> MetricsConfig.parse(List.of("summary_latencies=true"), true));
    assertThrows(
        UnmaskException.class, () -> MetricsConfig.parse(List.of("counter_latencies"), true));
  }
}
