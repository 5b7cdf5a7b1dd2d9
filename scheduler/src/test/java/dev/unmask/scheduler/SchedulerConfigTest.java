package dev.unmask.scheduler;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class SchedulerConfigTest {
  @Test
  void ofSequences_limitsNothingElse() {
    SchedulerConfig config = SchedulerConfig.ofSequences(3);
    assertEquals(3, config.maxSequences());
    assertEquals(Integer.MAX_VALUE, config.maxQueryTokens());
    assertEquals(Integer.MAX_VALUE, config.maxWaiting());
    assertEquals(Long.MAX_VALUE, config.kvPositions());
    assertEquals(SchedulerConfig.DEFAULT_WATERMARK, config.watermark());
    assertEquals(0, config.reuseEntries());
    assertFalse(config.lookAhead().adapts());
    assertEquals(SchedulerConfig.DEFAULT_MAX_OVERTAKEN, config.maxOvertaken());
  }

  @Test
  void kvPositions_zero_meansNoLimit() {
    assertEquals(Long.MAX_VALUE, SchedulerConfig.builder(1).kvPositions(0).build().kvPositions());
  }

  @Test
  void build_valueOutOfRange_isNamed() {
    refused(SchedulerConfig.builder(0), "maxSequences=0 is not positive");
    refused(SchedulerConfig.builder(1).maxQueryTokens(0), "maxQueryTokens=0 is not positive");
    refused(SchedulerConfig.builder(1).maxWaiting(0), "maxWaiting=0 is not positive");
    refused(SchedulerConfig.builder(1).kvPositions(-1), "kvPositions=-1 is negative");
    refused(SchedulerConfig.builder(1).reuseEntries(-1), "reuseEntries=-1 is negative");
    refused(SchedulerConfig.builder(1).maxOvertaken(-1), "maxOvertaken=-1 is negative");
    refused(SchedulerConfig.builder(1).watermark(1), "watermark=1.0 is not in [0, 1)");
    refused(SchedulerConfig.builder(1).watermark(Double.NaN), "watermark=NaN is not in [0, 1)");
  }

  private static void refused(SchedulerConfig.Builder builder, String message) {
    UnmaskException e = assertThrows(UnmaskException.class, builder::build);
    assertSame(ErrorCode.INVALID_ARGUMENT, e.code());
    assertTrue(e.getMessage().contains(message), e.getMessage());
  }
}
