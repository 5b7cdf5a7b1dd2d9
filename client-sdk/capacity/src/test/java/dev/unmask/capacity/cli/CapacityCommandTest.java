package dev.unmask.capacity.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(300)
class CapacityCommandTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path directory;

  @BeforeAll
  static void home(@TempDir Path home) throws IOException {
    CommandRuns.useHome(home);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--concurrency=0|--concurrency=0 is no number in [1, 65536]",
        "--concurrency=4:2|--concurrency=4:2 is no range A:B",
        "--concurrency=1:x|--concurrency=1:x is no number in [1, 65536]",
        "--request-rate=-1|--request-rate=-1.0 is not in (0, 1e6]",
        "--request-rate=1 --concurrency=1|more than one of --concurrency, --request-rate, --trace",
        "--arrivals=odd|--arrivals",
        "--duration=0|--duration=0.0 is not in (0, 86400]",
        "--duration=NaN|--duration=NaN is not in [0, 86400]",
        "--requests=-1|--requests=-1 is negative",
        "--rounds=0|--rounds=0 is not in [1, 1000]",
        "--score-margin=2|--score-margin=2.0 is not in [0, 1]",
        "--goodput=speed=3|--goodput=speed is no measure with a limit",
        "--max-tokens=0|--max-tokens=0 is below 1",
        "--task=poetry|--task=poetry is none of code, gsm, json",
        "--baseline-url=http://x|--baseline-url and --baseline-set need --baseline",
        "--url=http://localhost:1|--url=http://localhost:1 needs --model",
        "--url=ftp://x --model=m|--url=ftp://x",
        "--model=none|no model 'none' in",
        "--engine=none|none",
        "--trace=/nonexistent|--trace=/nonexistent does not exist",
        "--prompts=/nonexistent|--prompts=/nonexistent does not exist",
        "--metrics-url=nothing|--metrics-url=nothing is no http URL",
        "--baseline=tiny_ar --baseline-metrics-url=x|--baseline-metrics-url=x is no http URL",
      })
  void wrongArguments_areNamed(String arguments, String message) {
    CommandRuns.Result result = CommandRuns.run(arguments.split(" "));
    assertEquals(2, result.exitCode(), result.err());
    assertTrue(result.err().contains(message), result.err());
    assertFalse(result.err().contains("\tat "), result.err());
  }

  @Test
  void anEndpointThatIsNotThere_isToldAndExits1() {
    CommandRuns.Result result =
        CommandRuns.run("--url=grpc://localhost:1", "--model=m", "--warm-up=0");
    assertEquals(1, result.exitCode(), result.err());
    assertTrue(result.err().contains("all of 20 requests failed"), result.err());
  }

  @Test
  void anOutputThatCannotBeMade_isToldBeforeAnythingIsMeasured() {
    CommandRuns.Result result =
        CommandRuns.run("--output=/proc/x", "--url=grpc://h:1", "--model=m");
    assertEquals(1, result.exitCode(), result.err());
    assertTrue(result.err().contains("--output /proc: "), result.err());
  }

  /** An endpoint that answers what the first load asks, and nothing after it. */
  @Test
  void anEndpointThatDiesBetweenTwoLoads_costsNothingOfTheFirst() throws IOException {
    try (DyingEndpoint endpoint = new DyingEndpoint(6)) {
      Path output = directory.resolve("dead");
      CommandRuns.Result result =
          CommandRuns.run(
              "--url=" + endpoint.url(),
              "--model=m",
              "--requests=5",
              "--warm-up=0",
              "--concurrency=1,2,4",
              "--output=" + output);
      assertEquals(1, result.exitCode(), result.err());
      assertTrue(result.err().contains("all of 5 requests failed"), result.err());
      assertTrue(result.out().contains("| 1 user | A      | 5 "), result.out());
      assertFalse(result.out().contains("2 users"), result.out());
      JsonNode levels = CommandRuns.json(output.resolve("summary.json")).get("levels");
      assertEquals(1, levels.size());
      assertEquals(5, levels.get(0).get("runs").get(0).get("requests").asInt());
    }
  }

  @Test
  void aScorerThatFails_costsTheScoreOnly() throws IOException {
    Path output = directory.resolve("unscored");
    CommandRuns.Result result =
        CommandRuns.run(
            "--requests=2",
            "--warm-up=0",
            "--concurrency=1,2",
            "--scorer=cat > /dev/null; exit 7",
            "--output=" + output);
    assertEquals(1, result.exitCode(), result.err());
    assertTrue(result.err().contains("scores are missing: --scorer="), result.err());
    String why = "--scorer=cat > /dev/null; exit 7 ended with exit code 7";
    assertTrue(result.out().contains("warning: 2 users, A: no score: " + why), result.out());
    JsonNode summary = CommandRuns.json(output.resolve("summary.json"));
    assertEquals(2, summary.get("levels").size());
    JsonNode run = summary.get("levels").get(1).get("runs").get(0);
    assertEquals(2, run.get("requests").asInt());
    assertTrue(run.get("output_token_throughput").asDouble() > 0);
    assertFalse(run.has("score"));
    assertEquals(why, run.get("score_error").asText());
    String report = Files.readString(output.resolve("report.html"));
    assertTrue(report.contains("no score: --scorer=cat"), report);
    assertTrue(report.contains(">failed<"), report);
  }

  @Test
  void help_namesTheLoads() {
    CommandRuns.Result result = CommandRuns.run("--help");
    assertEquals(0, result.exitCode());
    for (String option : List.of("--baseline", "--trace", "--goodput", "--scorer", "--output")) {
      assertTrue(result.out().contains(option), result.out());
    }
  }

  @Test
  void inProcess_withBaseline_leavesAllFiles() throws IOException {
    Path output = directory.resolve("run one");
    CommandRuns.Result result =
        CommandRuns.run(
            "--baseline=tiny_ar",
            "--requests=12",
            "--warm-up=0",
            "--rounds=1",
            "--concurrency=1:2",
            "--goodput=request_latency=100000",
            "--task=code",
            "--output=" + output);
    assertEquals(0, result.exitCode(), result.err());
    assertTrue(result.out().contains("1 user: A / B = "), result.out());
    assertTrue(result.out().contains("score +0.000: comparable"), result.out());

    JsonNode summary = JSON.readTree(Files.readString(output.resolve("summary.json")));
    assertEquals("unmask-capacity/1", summary.get("schema").asText());
    assertEquals(2, summary.get("levels").size());
    assertTrue(summary.get("command").asText().endsWith("'--output=" + output + "'"));
    JsonNode run = summary.get("levels").get(1).get("runs").get(0);
    assertEquals(12, run.get("requests").asInt());
    assertEquals(1, run.get("score").get("by_task").get("code").get("mean").asDouble());
    assertTrue(run.get("decoding").get("tokens_per_pass").asDouble() > 3);
    assertEquals(run.get("request_throughput").asDouble(), run.get("goodput").asDouble(), 1e-9);
    assertTrue(run.get("metrics").get("request_latency").get("p99_9").asDouble() > 0);

    assertTrue(Files.readString(output.resolve("report.html")).contains("tiny_ar in this process"));
    List<String> lines =
        Files.readAllLines(output.resolve("A-closed-2").resolve("profile_export.jsonl"));
    assertEquals(12, lines.size());
    JsonNode record = JSON.readTree(lines.get(3));
    assertTrue(record.get("error").isNull());
    JsonNode metadata = record.get("metadata");
    JsonNode metrics = record.get("metrics");
    assertEquals("profiling", metadata.get("benchmark_phase").asText());
    double latency =
        (metadata.get("request_end_ns").asLong() - metadata.get("request_start_ns").asLong()) / 1e6;
    assertEquals(latency, metrics.get("request_latency").get("value").asDouble(), 1e-3);
    assertEquals("ms", metrics.get("time_to_first_token").get("unit").asText());
    assertTrue(metrics.get("inter_chunk_latency").get("value").isArray());

    List<String> csv =
        Files.readAllLines(output.resolve("B-closed-1").resolve("profile_export_aiperf.csv"));
    assertEquals("Metric,avg,min,max,p1,p5,p10,p25,p50,p75,p90,p95,p99,std", csv.get(0));
    assertTrue(csv.stream().anyMatch(line -> line.startsWith("Time to First Token (ms),")));
    assertTrue(csv.contains("Request Count (requests),12.000"));
    List<String> sweep = Files.readAllLines(output.resolve("sweep.csv"));
    assertEquals(5, sweep.size());
    int columns = sweep.get(0).split(",", -1).length;
    assertTrue(sweep.stream().allMatch(line -> line.split(",", -1).length == columns));

    CommandRuns.Result again = CommandRuns.run("--output=" + output);
    assertEquals(2, again.exitCode());
    assertTrue(again.err().contains("exists"), again.err());
  }

  @Test
  void scoresThatDiffer_areMarked() throws IOException {
    Path scorer =
        Files.writeString(
            directory.resolve("scorer"),
            "sed -e 's/{\"id\":\"A\\([^\"]*\\)\".*/{\"id\":\"A\\1\",\"score\":1}/'"
                + " -e 's/{\"id\":\"B\\([^\"]*\\)\".*/{\"id\":\"B\\1\",\"score\":0.2}/'\n");
    CommandRuns.Result result =
        CommandRuns.run(
            "--baseline=tiny_ar",
            "--requests=2",
            "--warm-up=0",
            "--rounds=1",
            "--scorer=sh " + scorer);
    assertEquals(0, result.exitCode(), result.err());
    assertTrue(result.out().contains("score +0.800: NOT COMPARABLE"), result.out());
    assertTrue(result.out().contains("warning: 1 user: not comparable"), result.out());
  }

  @Test
  void openLoadAndTrace_run() throws IOException {
    Path trace =
        Files.writeString(
            directory.resolve("t.csv"),
            "TIMESTAMP,ContextTokens,GeneratedTokens\n0,30,10\n0.05,60,20\n0.06,4000,5\n");
    CommandRuns.Result replay =
        CommandRuns.run(
            "--trace=" + trace,
            "--max-input-tokens=200",
            "--characters-per-token=2",
            "--warm-up=0");
    assertEquals(0, replay.exitCode(), replay.err());
    assertTrue(replay.out().contains("| trace x 1 | A      | 3 "), replay.out());
    assertFalse(replay.out().contains("requests were sent"), replay.out());
    Path output = directory.resolve("cut");
    CommandRuns.Result cut =
        CommandRuns.run("--trace=" + trace, "--duration=0.04", "--warm-up=0", "--output=" + output);
    assertEquals(0, cut.exitCode(), cut.err());
    assertTrue(
        cut.out().contains("1 of the trace's 3 requests were sent, 2 come after"), cut.out());
    JsonNode run = CommandRuns.json(output.resolve("summary.json")).at("/levels/0/runs/0/trace");
    assertEquals(3, run.get("requests").asInt());
    assertEquals(1, run.get("sent").asInt());
    CommandRuns.Result open =
        CommandRuns.run(
            "--request-rate=20,40", "--arrivals=bursty", "--requests=10", "--warm-up=0");
    assertEquals(0, open.exitCode(), open.err());
    assertTrue(open.out().contains("| 40 requests/s "), open.out());
  }
}
