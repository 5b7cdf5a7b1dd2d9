package dev.unmask.server.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.unmask.bridge.Telemetry.Outcome;
import dev.unmask.bridge.Telemetry.RequestReport;
import dev.unmask.protocol.InferStatistics;
import dev.unmask.protocol.ModelStatistics;
import dev.unmask.protocol.StatisticDuration;
import org.junit.jupiter.api.Test;

class StatisticsRecorderTest {
  private final StatisticsRecorder recorder = new StatisticsRecorder(() -> 1234);

  private static StatisticDuration sum(long count, long nanos) {
    return StatisticDuration.newBuilder().setCount(count).setNs(nanos).build();
  }

  private static RequestReport report(Outcome outcome, int responses) {
    return new RequestReport(outcome, responses, 1000, 1, 20, 300, 4, 5, 6, 7);
  }

  @Test
  void snapshot_nothingHappened_isZero() {
    ModelStatistics statistics = recorder.snapshot("m", "1");
    assertEquals("m", statistics.getName());
    assertEquals("1", statistics.getVersion());
    assertEquals(0, statistics.getLastInference());
    assertEquals(sum(0, 0), statistics.getInferenceStats().getSuccess());
    assertEquals(0, statistics.getBatchStatsCount());
    assertEquals(0, statistics.getResponseStatsCount());
  }

  @Test
  void requests_endedSomehow_areSummed() {
    recorder.onEnded(report(Outcome.SUCCESS, 2));
    recorder.onEnded(report(Outcome.SUCCESS, 2));
    recorder.onEnded(report(Outcome.OTHER, 0));
    recorder.onEnded(report(Outcome.REJECTED, 0));
    recorder.onEnded(report(Outcome.CANCELED, 1));
    recorder.onEnded(report(Outcome.BACKEND, 0));
    ModelStatistics statistics = recorder.snapshot("m", "1");
    InferStatistics infer = statistics.getInferenceStats();
    assertEquals(sum(2, 2000), infer.getSuccess());
    assertEquals(sum(4, 4000), infer.getFail());
    assertEquals(sum(2, 40), infer.getQueue());
    assertEquals(sum(2, 2), infer.getComputeInput());
    assertEquals(sum(2, 600), infer.getComputeInfer());
    assertEquals(sum(2, 8), infer.getComputeOutput());
    assertEquals(2, statistics.getInferenceCount());
    assertEquals(1234, statistics.getLastInference());
    assertEquals(sum(1, 300), statistics.getResponseStatsOrThrow("0").getFail());
    assertEquals(sum(1, 0), statistics.getResponseStatsOrThrow("1").getCancel());
  }

  @Test
  void steps_byBatchSize_areSummed() {
    recorder.onStep(Steps.of(2, 8, 0, 3));
    recorder.onStep(Steps.of(2, 8, 0, 3));
    recorder.onStep(Steps.of(1, 4, 4, 0));
    recorder.onStep(Steps.of(0, 0, 0, 0));
    recorder.onStep(Steps.failed(3));
    ModelStatistics statistics = recorder.snapshot("m", "1");
    assertEquals(3, statistics.getExecutionCount());
    assertEquals(2, statistics.getBatchStatsCount());
    assertEquals(1, statistics.getBatchStats(0).getBatchSize());
    assertEquals(2, statistics.getBatchStats(1).getBatchSize());
    assertEquals(sum(2, 2 * Steps.PLAN), statistics.getBatchStats(1).getComputeInput());
    assertEquals(sum(2, 2 * Steps.ENGINE), statistics.getBatchStats(1).getComputeInfer());
    assertEquals(sum(2, 2 * Steps.APPLY), statistics.getBatchStats(1).getComputeOutput());
  }

  @Test
  void responses_byIndex_areSummed() {
    recorder.onResponse(0, 10, 1, false);
    recorder.onResponse(1, 20, 2, false);
    recorder.onResponse(2, 5, 1, true);
    recorder.onResponse(0, 30, 3, false);
    recorder.onResponse(StatisticsRecorder.MAX_RESPONSE_INDEX + 50, 1, 1, false);
    ModelStatistics statistics = recorder.snapshot("m", "1");
    assertEquals(sum(2, 40), statistics.getResponseStatsOrThrow("0").getComputeInfer());
    assertEquals(sum(2, 4), statistics.getResponseStatsOrThrow("0").getComputeOutput());
    assertEquals(sum(2, 44), statistics.getResponseStatsOrThrow("0").getSuccess());
    assertEquals(sum(1, 6), statistics.getResponseStatsOrThrow("2").getEmptyResponse());
    assertEquals(sum(0, 0), statistics.getResponseStatsOrThrow("2").getSuccess());
    assertEquals(StatisticsRecorder.MAX_RESPONSE_INDEX + 1, statistics.getResponseStatsCount());
  }
}
