package dev.unmask.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.unmask.scheduler.PassCosts;
import dev.unmask.scheduler.UnmaskException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelSettingsTest {
  @Test
  void with_everyName_overrides() {
    ModelSettings settings =
        ModelSettings.DEFAULT.with(
            Map.ofEntries(
                Map.entry("engine", "other"),
                Map.entry("threads", "3"),
                Map.entry("unmask.max_sequences", "4"),
                Map.entry("max_query_tokens", " 5 "),
                Map.entry("max_queue_size", "6"),
                Map.entry("kv_cache_positions", "7000000000"),
                Map.entry("kv_cache_reuse", "false"),
                Map.entry("watermark", "0.25"),
                Map.entry("adaptive_lookahead", "True"),
                Map.entry("max_overtaken", "0"),
                Map.entry("devices", "2, 0"),
                Map.entry("spin_micros", "50")));
    assertEquals(
        new ModelSettings(
            "other", 3, 4, 5, 6, 7_000_000_000L, false, 0.25, true, null, 0, List.of(2, 0), 50),
        settings);
  }

  @Test
  void with_passCosts_areRead() {
    PassCosts costs = PassCosts.parse("1:0.5,16:2");
    assertEquals(
        costs, ModelSettings.DEFAULT.with(Map.of("pass_costs", costs.toString())).passCosts());
  }

  @Test
  void with_othersNamesAndEmptyValues_changesNothing() {
    assertEquals(
        ModelSettings.DEFAULT,
        ModelSettings.DEFAULT.with(Map.of("family", "llada", "max_sequences", "")));
  }

  @ParameterizedTest
  @CsvSource({
    "max_sequences,0",
    "max_sequences,many",
    "max_sequences,${max_sequences}",
    "watermark,1",
    "watermark,NaN",
    "kv_cache_reuse,maybe",
    "threads,-1",
    "devices,-1",
    "devices,'0,0'",
    "devices,'0,'",
    "spin_micros,-1",
    "pass_costs,fast",
    "unmask.max_sequnces,4",
  })
  void with_badValueOrName_isRefused(String name, String value) {
    assertThrows(UnmaskException.class, () -> ModelSettings.DEFAULT.with(Map.of(name, value)));
  }
}
