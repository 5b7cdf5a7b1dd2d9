package dev.unmask.capacity.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(300)
class TuneCommandTest {
  @TempDir private Path directory;

  @BeforeAll
  static void home(@TempDir Path home) throws IOException {
    CommandRuns.useHome(home);
  }

  @Test
  void tune_choosesAndWritesTheModelsDefault() throws IOException {
    Path version =
        Path.of(System.getProperty("unmask.home"), "model-repository", "models", "tiny_d2f", "1");
    assertEquals(0, CommandRuns.run("--requests=1", "--warm-up=0").exitCode());
    JsonNode before = CommandRuns.json(version.resolve("unmask.json"));
    Path output = directory.resolve("tuned");
    CommandRuns.Result result =
        CommandRuns.run(
            "tune",
            "--task=json",
            "--sweep=skip_threshold=0.6,0.95",
            "--sweep=block_add_threshold=0.8",
            "--score-margin=1",
            "--write",
            "--output=" + output);
    assertEquals(0, result.exitCode(), result.err());
    assertTrue(
        result.out().contains("| skip_threshold | block_add_threshold | score json | score |"),
        result.out());
    JsonNode summary = CommandRuns.json(output.resolve("summary.json"));
    assertEquals(64, summary.get("levels").get(0).get("runs").get(0).get("requests").asInt());
    JsonNode chosen = summary.get("targets").get(summary.get("chosen").asInt() - 1);
    JsonNode after = CommandRuns.json(version.resolve("unmask.json"));
    assertEquals(
        chosen.get("parameters").get("skip_threshold"),
        after.get("default_parameters").get("skip_threshold"));
    assertEquals(16, after.get("default_parameters").get("block_size").asInt());
    assertEquals(before.get("hashes"), after.get("hashes"));
    // It loads, and uses them.
    assertEquals(0, CommandRuns.run("--requests=2", "--warm-up=0").exitCode());
  }

  @Test
  void aScorerThatFails_leavesWhatWasMeasured() throws IOException {
    Path prompts =
        Files.writeString(directory.resolve("p.jsonl"), "{\"id\":\"1\",\"prompt\":\"Say hi.\"}\n");
    Path output = directory.resolve("unscored");
    CommandRuns.Result result =
        CommandRuns.run(
            "tune",
            "--prompts=" + prompts,
            "--sweep=skip_threshold=0.6,0.95",
            "--scorer=cat > /dev/null; echo x",
            "--write",
            "--output=" + output);
    assertEquals(1, result.exitCode(), result.err());
    assertTrue(result.err().contains("scores are missing: --scorer="), result.err());
    assertTrue(result.out().contains(" --set skip_threshold=0.95\n"), result.out());
    assertTrue(result.out().contains("1 / 2 = "), result.out());
    JsonNode summary = CommandRuns.json(output.resolve("summary.json"));
    assertEquals(2, summary.get("levels").get(0).get("runs").size());
    assertTrue(summary.path("chosen").isMissingNode());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--sweep=x|--sweep=x is no new NAME=VALUE,VALUE",
        "--sweep=skip_threshold=0.5 --write --url=grpc://h:1 --model=m|--write needs a model",
        "--sweep=skip_threshold=7|skip_threshold=7",
        "--model=m|--sweep",
      })
  void wrongArgumentsOfTune_areNamed(String arguments, String message) {
    List<String> all = new ArrayList<>(List.of("tune"));
    all.addAll(List.of(arguments.split(" ")));
    CommandRuns.Result result = CommandRuns.run(all.toArray(String[]::new));
    assertTrue(result.exitCode() != 0, result.out());
    assertTrue(result.err().contains(message), result.err());
  }
}
