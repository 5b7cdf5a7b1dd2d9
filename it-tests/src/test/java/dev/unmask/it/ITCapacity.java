package dev.unmask.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.unmask.cli.Main;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code unmask capacity} against a server: each protocol, what it says of a load, its metrics. */
class ITCapacity extends ServedTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path directory;

  @BeforeEach
  void start() {
    start(EmbeddedServer.of(WireRepository.bundled()));
  }

  @AfterEach
  void stop() {
    stopServer();
  }

  /** The summary of a run, which went well. */
  private JsonNode capacity(String... arguments) throws IOException {
    Path output = directory.resolve("run" + Files.list(directory).count());
    List<String> all = new ArrayList<>(List.of("capacity", "--warm-up=0", "--output=" + output));
    all.addAll(List.of(arguments));
    StringWriter err = new StringWriter();
    int exitCode =
        Main.commandLine()
            .setOut(new PrintWriter(new StringWriter()))
            .setErr(new PrintWriter(err))
            .execute(all.toArray(String[]::new));
    assertEquals(0, exitCode, err.toString());
    return JSON.readTree(output.resolve("summary.json").toFile());
  }

  private static JsonNode run(JsonNode summary, int level, int target) {
    return summary.get("levels").get(level).get("runs").get(target);
  }

  @Test
  void everyProtocol_givesTheSameAnswersAndCounts() throws IOException {
    Set<String> tokens = new TreeSet<>();
    Set<String> scores = new TreeSet<>();
    for (String url :
        List.of(
            "grpc://localhost:" + server.grpcPort(),
            "http://localhost:" + server.httpPort(),
            "http://localhost:" + server.httpPort() + "/v1")) {
      JsonNode run =
          run(
              capacity(
                  "--url=" + url,
                  "--model=tiny_d2f",
                  "--task=json",
                  "--requests=32",
                  "--concurrency=1"),
              0,
              0);
      assertEquals(32, run.get("requests").asInt(), url);
      assertEquals(0, run.get("errors").size(), url);
      JsonNode length = run.get("metrics").get("output_sequence_length");
      tokens.add(length.get("avg") + " of " + length.get("count"));
      scores.add(run.get("score").toString());
      JsonNode metrics = run.get("metrics");
      assertTrue(
          metrics.get("time_to_first_block").get("p50").asDouble()
              <= metrics.get("request_latency").get("p50").asDouble(),
          url);
    }
    assertEquals(1, tokens.size(), tokens.toString());
    assertEquals(1, scores.size(), scores.toString());
  }

  @Test
  void aBaseline_takesTurns_andTheServersMetricsAreRead() throws IOException {
    JsonNode summary =
        capacity(
            "--url=grpc://localhost:" + server.grpcPort(),
            "--model=tiny_d2f",
            "--baseline=tiny_ar",
            "--baseline-url=http://localhost:" + server.httpPort(),
            "--metrics-url=http://localhost:" + server.metricsPort() + "/metrics",
            "--task=code",
            "--requests=8",
            "--rounds=1",
            "--concurrency=2,4");
    for (int level = 0; level < 2; level++) {
      JsonNode comparison = summary.get("levels").get(level).get("comparison");
      assertTrue(comparison.get("comparable").asBoolean());
      assertEquals(2, comparison.get("pairs").asInt());
      assertTrue(comparison.get("low").asDouble() <= comparison.get("ratio").asDouble());
      JsonNode own = run(summary, level, 0);
      assertEquals(8, own.get("requests").asInt());
      double served =
          own.get("server")
              .get("nv_inference_request_success{model=\"tiny_d2f\",version=\"1\"}")
              .asDouble();
      // What is in progress at the end of a run is served, and not counted.
      assertTrue(served >= 8 && served <= 8 + 2 * 4, "served " + served);
      assertTrue(run(summary, level, 1).path("server").isMissingNode());
    }
  }

  @Test
  void anOverloadedServer_isMeasuredAsSuch() throws IOException {
    JsonNode summary =
        capacity(
            "--url=grpc://localhost:" + server.grpcPort(),
            "--model=tiny_ar",
            "--request-rate=400",
            "--requests=300",
            "--goodput=request_latency=100000");
    JsonNode run = run(summary, 0, 0);
    int failed = 0;
    for (JsonNode errors : run.get("errors")) {
      failed += errors.asInt();
    }
    // Every request is accounted for: answered, or refused because the queue was full.
    assertEquals(300, run.get("requests").asInt() + failed);
    if (failed > 0) {
      assertEquals(failed, run.get("errors").get("UNAVAILABLE").asInt());
    }
    JsonNode latency = run.get("metrics").get("request_latency");
    assertTrue(
        latency.get("max").asDouble() > 3 * latency.get("min").asDouble(), latency.toString());
  }
}
