package dev.unmask.capacity.score;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.unmask.capacity.load.Sample;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Scores answers by a command. It gets a line of JSON for each on its standard input, {@code {"id",
 * "prompt_id", "task", "expected", "text"}}, and answers with lines {@code {"id", "score"}}, scores
 * in [0, 1], in any order.
 */
public final class CommandScorer implements Scorer {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final String command;
  private final long timeoutSeconds;

  /**
   * Makes one.
   *
   * @param command for the shell
   * @param timeoutSeconds after which it is stopped
   */
  public CommandScorer(String command, long timeoutSeconds) {
    this.command = command;
    this.timeoutSeconds = timeoutSeconds;
  }

  @Override
  public Optional<Score> score(List<Sample> answered) throws InterruptedException {
    if (answered.isEmpty()) {
      return Optional.empty();
    }
    Map<String, Double> scores = run(answered);
    Score.Builder score = new Score.Builder();
    for (Sample sample : answered) {
      Double value = scores.get(sample.id());
      if (value == null) {
        throw failed("gave no score for id=" + sample.id());
      }
      score.add(sample.prompt().task(), value);
    }
    return Optional.of(score.build());
  }

  /** Writes and reads at once, each on a thread of its own, so that neither waits for ever. */
  private Map<String, Double> run(List<Sample> answered) throws InterruptedException {
    Process process = start();
    try {
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(timeoutSeconds);
      CompletableFuture<Map<String, Double>> output =
          CompletableFuture.supplyAsync(() -> read(process), CommandScorer::start);
      CompletableFuture<Void> unused =
          CompletableFuture.runAsync(() -> write(answered, process), CommandScorer::start);
      if (!process.waitFor(timeoutSeconds, TimeUnit.SECONDS)) {
        throw late();
      }
      if (process.exitValue() != 0) {
        throw failed("ended with exit code " + process.exitValue());
      }
      return output.get(Math.max(1, end - System.nanoTime()), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      // It has ended, but what it started holds on to its output.
      throw late();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof UnmaskException known ? known : failed(": " + e.getCause());
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  private static void start(Runnable work) {
    Thread thread = new Thread(work, "unmask-scorer");
    thread.setDaemon(true);
    thread.start();
  }

  private Process start() {
    try {
      return new ProcessBuilder("/bin/sh", "-c", command)
          .redirectError(ProcessBuilder.Redirect.INHERIT)
          .start();
    } catch (IOException e) {
      throw new UnmaskException(ErrorCode.UNAVAILABLE, "--scorer=" + command + ": " + e, e);
    }
  }

  private static void write(List<Sample> answered, Process process) {
    try (Writer writer = process.outputWriter(StandardCharsets.UTF_8)) {
      for (Sample sample : answered) {
        writer.write(line(sample));
        writer.write('\n');
      }
    } catch (IOException e) {
      // It reads no more; what it says and its exit code tell why.
    }
  }

  private UnmaskException late() {
    return failed("was not done within " + timeoutSeconds + " s");
  }

  private static String line(Sample sample) {
    ObjectNode line =
        JSON.createObjectNode()
            .put("id", sample.id())
            .put("prompt_id", sample.prompt().id())
            .put("task", sample.prompt().task())
            .put("expected", sample.prompt().expected())
            .put("text", sample.answer().text());
    return line.toString();
  }

  private Map<String, Double> read(Process process) {
    Map<String, Double> scores = new HashMap<>();
    try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        if (!line.isBlank()) {
          JsonNode node = parse(line);
          double score = node.path("score").asDouble(Double.NaN);
          if (!node.path("id").isTextual() || !(score >= 0 && score <= 1)) {
            throw failed("wrote a line that has no id or no score in [0, 1]: " + line);
          }
          scores.put(node.get("id").asText(), score);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return scores;
  }

  private JsonNode parse(String line) {
    try {
      return JSON.readTree(line);
    } catch (JsonProcessingException e) {
      throw failed("wrote a line that is not JSON: " + line);
    }
  }

  private UnmaskException failed(String why) {
    return new UnmaskException(ErrorCode.UNAVAILABLE, "--scorer=" + command + " " + why);
  }
}
