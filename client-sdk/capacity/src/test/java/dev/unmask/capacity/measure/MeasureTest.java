package dev.unmask.capacity.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import dev.unmask.capacity.load.Sample;
import dev.unmask.capacity.targets.Answer;
import dev.unmask.scheduler.UnmaskException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MeasureTest {
  private static final long MILLI = 1_000_000;

  /** Scheduled at 0, with chunks and an end at times in milliseconds. */
  static Sample sample(Answer answer, long end, long... chunks) {
    Sample sample = mock(Sample.class);
    when(sample.answer()).thenReturn(answer);
    when(sample.endNanos()).thenReturn(end * MILLI);
    when(sample.chunks()).thenReturn(chunks.length);
    for (int i = 0; i < chunks.length; i++) {
      when(sample.chunkNanos(i)).thenReturn(chunks[i] * MILLI);
    }
    return sample;
  }

  static Answer answer(long tokens, long passes, long query) {
    return new Answer("", 30, tokens, "stop", passes, query, 10, 2 * MILLI);
  }

  private static Map<Measure, List<Double>> values(Sample sample) {
    Map<Measure, List<Double>> values = new EnumMap<>(Measure.class);
    Measure.of(
        sample,
        (measure, value) -> values.computeIfAbsent(measure, m -> new ArrayList<>()).add(value));
    return values;
  }

  @Test
  void definitions_areAiPerfs() {
    Map<Measure, List<Double>> values = values(sample(answer(11, 3, 60), 110, 10, 40, 100));
    assertEquals(List.of(10.0), values.get(Measure.TIME_TO_FIRST_BLOCK));
    assertEquals(List.of(30.0, 60.0), values.get(Measure.INTER_CHUNK_LATENCY));
    assertEquals(List.of(10.0), values.get(Measure.INTER_TOKEN_LATENCY));
    assertEquals(List.of(110.0), values.get(Measure.REQUEST_LATENCY));
    assertEquals(List.of(100.0), values.get(Measure.OUTPUT_TOKEN_THROUGHPUT_PER_USER));
    assertEquals(List.of(100.0), values.get(Measure.OUTPUT_TOKEN_THROUGHPUT_PER_REQUEST));
    assertEquals(List.of(2.0), values.get(Measure.QUEUE_TIME));
    assertEquals(List.of(30.0), values.get(Measure.INPUT_SEQUENCE_LENGTH));
    assertEquals(List.of(11.0), values.get(Measure.OUTPUT_SEQUENCE_LENGTH));
  }

  @Test
  void oneChunk_hasNoTimeBetweenTokens() {
    Map<Measure, List<Double>> values = values(sample(answer(11, 3, 60), 11, 10));
    assertFalse(values.containsKey(Measure.INTER_TOKEN_LATENCY));
    assertFalse(values.containsKey(Measure.OUTPUT_TOKEN_THROUGHPUT_PER_USER));
    assertFalse(values.containsKey(Measure.INTER_CHUNK_LATENCY));
  }

  @Test
  void whatTheTargetDoesNotSay_isNotMeasured() {
    Answer silent = Answer.ofTokens("", Answer.UNKNOWN, Answer.UNKNOWN, "stop");
    assertEquals(
        Map.of(Measure.REQUEST_LATENCY, List.of(11.0), Measure.TIME_TO_FIRST_BLOCK, List.of(10.0)),
        values(sample(silent, 11, 10)));
  }

  @Test
  void slo_holdsForTimesAtMostAndRatesAtLeast() {
    Sample sample = sample(answer(11, 3, 60), 110, 10, 40, 100);
    assertTrue(
        Slo.of(Map.of("time_to_first_token", 10.0, "request_latency", 110.0)).isGood(sample));
    assertFalse(Slo.of(Map.of("request_latency", 109.0)).isGood(sample));
    assertFalse(Slo.of(Map.of("inter_chunk_latency", 59.0)).isGood(sample));
    assertTrue(Slo.of(Map.of("output_token_throughput_per_user", 100.0)).isGood(sample));
    assertFalse(Slo.of(Map.of("output_token_throughput_per_user", 101.0)).isGood(sample));
    assertEquals(
        "--goodput=speed is no measure with a limit",
        assertThrows(UnmaskException.class, () -> Slo.of(Map.of("speed", 1.0))).getMessage());
    assertThrows(UnmaskException.class, () -> Slo.of(Map.of("request_latency", -1.0)));
  }

  @Test
  void decoding_countsTokensByPasses_andPositionsThatWereInVain() {
    DecodingFigures figures =
        DecodingFigures.of(List.of(sample(answer(10, 2, 50), 1), sample(answer(30, 2, 150), 1)))
            .orElseThrow();
    assertEquals(10, figures.tokensPerPass());
    assertEquals(2, figures.forwardPasses());
    assertEquals(100, figures.queryTokens());
    // Useful: 20 of each prompt, and 40 of the answers.
    assertEquals(1 - 80.0 / 200, figures.wastedPositions(), 1e-9);
    assertEquals(10, figures.reusedTokens());
  }

  @Test
  void distribution_keepsThreeDigits() {
    Distribution values = new Distribution("ms");
    for (int i = 1; i <= 1000; i++) {
      values.add(i / 10.0);
    }
    assertEquals(50.05, values.mean(), 1e-9);
    assertEquals(50, values.percentile(50), 0.1);
    assertEquals(99, values.percentile(99), 0.1);
    assertEquals(0.1, values.min());
    assertEquals(100, values.max());
    assertEquals(100, values.percentile(100));
    assertEquals(28.87, values.deviation(), 0.01);
    assertEquals(0, new Distribution("ms").percentile(99));
  }

  @Test
  void ratio_hasAnIntervalThatHoldsIt() {
    Ratio same = Ratio.of(new double[] {2, 2, 2}, new double[] {1, 1, 1}, 1);
    assertEquals(2, same.value(), 1e-9);
    assertEquals(2, same.low(), 1e-9);
    assertEquals(2, same.high(), 1e-9);
    Ratio spread = Ratio.of(new double[] {2, 4, 2, 4}, new double[] {1, 1, 1, 1}, 1);
    assertEquals(Math.sqrt(8), spread.value(), 1e-9);
    assertTrue(spread.low() >= 2 && spread.low() < 2.5, spread.toString());
    assertTrue(spread.high() <= 4 && spread.high() > 3.3, spread.toString());
    assertEquals(spread, Ratio.of(new double[] {2, 4, 2, 4}, new double[] {1, 1, 1, 1}, 1));
    assertTrue(Double.isNaN(Ratio.of(new double[] {0}, new double[] {1}, 1).value()));
  }
}
