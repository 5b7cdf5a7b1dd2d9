package dev.unmask.importer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The bundled checkpoints, imported, against logits recorded from the published code. */
class GoldenLogitsTest {
  private static final Path CHECKPOINTS = Path.of("../model-repository/checkpoints");

  @TempDir Path repository;

  @Test
  void import_bundledCheckpoints_matchRecordedLogits() throws Exception {
    ImportRequest llada = ImportRequest.of(CHECKPOINTS.resolve("tiny-llada"), repository, "llada");
    ImportRequest d2f =
        ImportRequest.of(CHECKPOINTS.resolve("tiny-llada"), repository, "d2f")
            .withAdapter(CHECKPOINTS.resolve("tiny-llada-d2f"))
            .withBlockSize(16);
    ImportRequest ar = ImportRequest.of(CHECKPOINTS.resolve("tiny-ar"), repository, "ar");
    CheckpointImporter importer = new CheckpointImporter();
    Map<String, Path> models = new LinkedHashMap<>();
    models.put("tiny-llada", importer.run(llada));
    models.put("tiny-llada+d2f-lora", importer.run(d2f));
    models.put("tiny-ar", importer.run(ar));

    Map<String, ExpectedLogits> comparisons = new LinkedHashMap<>();
    int cases = 0;
    for (JsonNode one : recorded()) {
      String name = one.path("checkpoint").asText();
      ExpectedLogits comparison = comparisons.computeIfAbsent(name, n -> new ExpectedLogits());
      runCase(models.get(name), one, comparison);
      cases++;
    }
    assertEquals(12, cases);
    comparisons.forEach(
        (name, comparison) -> {
          System.out.printf("%s: %.2e%n", name, comparison.worst());
          assertTrue(comparison.worst() < 1e-4, name + " differs by " + comparison.worst());
        });
  }

  private static void runCase(Path model, JsonNode one, ExpectedLogits comparison)
      throws Exception {
    int[] ids = ExpectedLogits.ints(one.path("input_ids"));
    int[] positions = new int[ids.length];
    for (int i = 0; i < positions.length; i++) {
      positions[i] = i;
    }
    ObjectNode attention = one.deepCopy();
    attention.put("kind", one.path("attention").asText());
    try (GraphRunner runner = new GraphRunner(model.resolve("1"))) {
      GraphRunner.Outputs outputs = runner.run(ids, positions, 0, ExpectedLogits.mask(attention));
      for (int i = 0; i < ids.length; i++) {
        comparison.position(
            outputs,
            i,
            one.path("top_ids").get(i),
            one.path("top_logits").get(i),
            one.path("logsumexp").get(i).asDouble());
      }
    }
  }

  private static JsonNode recorded() throws Exception {
    try (InputStream in = GoldenLogitsTest.class.getResourceAsStream("/golden/logits.json")) {
      return new ObjectMapper().readTree(in);
    }
  }
}
