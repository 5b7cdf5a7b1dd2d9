package dev.unmask.bridge.engine.ort;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnxruntime.OrtSession.SessionOptions;
import dev.unmask.bridge.engine.EngineOptions;
import dev.unmask.repository.ModelManifest;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SessionSettingsTest {
  private static final long SMALL = 3_000_000;
  private static final long LARGE = 100_000_000;

  private static SessionSettings of(long parameters, int maxSequences, int threads) {
    return SessionSettings.of(
        ManifestFixtures.withParameters(parameters), new EngineOptions(maxSequences, threads));
  }

  @ParameterizedTest
  @CsvSource({"1, 1, 1, 1", "1, 2, 1, 2", "8, 1, 1, 1", "8, 2, 2, 1", "2, 6, 2, 3", "8, 3, 3, 1"})
  void of_smallModel_threadsGoToSequencesFirst(
      int maxSequences, int threads, int lanes, int runThreads) {
    SessionSettings settings = of(SMALL, maxSequences, threads);
    assertEquals(lanes, settings.lanes());
    assertEquals(runThreads, settings.runThreads());
    assertEquals(lanes * runThreads, settings.threads());
  }

  @Test
  void of_smallModelUnasked_oneSequenceHasOneThread() {
    assertEquals(1, of(SMALL, 1, 0).threads());
    int processors = Runtime.getRuntime().availableProcessors();
    assertEquals(Math.min(processors, 64), of(SMALL, 64, 0).lanes());
    assertEquals(1, of(SMALL, 64, 0).runThreads());
  }

  @Test
  void of_largeModel_runCostsLessWhereWeightsAreQuantized() {
    ModelManifest quantized = ManifestFixtures.with("int8", LARGE);
    SessionSettings settings = SessionSettings.of(quantized, new EngineOptions(8, 2));
    assertEquals(1, settings.lanes());
    assertTrue(settings.runOverheadPositions() < of(LARGE, 8, 2).runOverheadPositions());
  }

  @Test
  void create_anyTimeOfSpinning_isTaken() throws Exception {
    for (int spinMicros : new int[] {0, 1, EngineOptions.DEFAULT_SPIN_MICROS}) {
      EngineOptions options = new EngineOptions(8, 2, 0, 0, spinMicros, 1);
      SessionSettings settings =
          SessionSettings.of(ManifestFixtures.withParameters(LARGE), options);
      assertEquals(spinMicros, settings.spinMicros());
      try (SessionOptions created = settings.create(Path.of("none"))) {
        Map<String, String> entries = created.getConfigEntries();
        if (spinMicros == 0) {
          assertEquals("0", entries.get("session.intra_op.allow_spinning"));
        } else {
          String time = Integer.toString(spinMicros);
          assertEquals(time, entries.get("session.intra_op.spin_duration_us"));
          assertEquals("1", entries.get("session.force_spinning_stop"));
        }
      }
    }
  }

  @Test
  void of_largeModel_threadsGoToTheRun() {
    assertEquals(1, of(LARGE, 8, 2).lanes());
    assertEquals(2, of(LARGE, 8, 2).runThreads());
    assertEquals(Runtime.getRuntime().availableProcessors(), of(LARGE, 8, 0).runThreads());
  }
}
