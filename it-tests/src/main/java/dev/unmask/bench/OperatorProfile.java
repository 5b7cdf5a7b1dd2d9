package dev.unmask.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Where the time of a pass goes, by operator: passes over one sequence with ONNX Runtime's own
 * timing of every kernel, which costs some time itself. Arguments: repository, cached positions,
 * query positions, seconds, model. Prints for each operator its share of all kernels, microseconds
 * a pass and kernels a pass, and what a pass takes besides its kernels.
 */
public final class OperatorProfile {
  private static final String PROPERTY = "unmask.ort.profile";

  private OperatorProfile() {}

  /** Time and number of the kernels of one operator. */
  private static final class Total {
    private double micros;
    private int kernels;
  }

  /** Measures and prints. */
  public static void main(String[] args) throws IOException {
    Path model = Path.of(args[0]).resolve(args[4]).resolve("1");
    int cached = Integer.parseInt(args[1]);
    int queries = Integer.parseInt(args[2]);
    long budget = (long) (Double.parseDouble(args[3]) * 1e9);
    Path directory = Files.createTempDirectory("operator-profile");
    try {
      System.setProperty(PROPERTY, directory.resolve("pass").toString());
      int passes = run(model, cached, queries, budget);
      print(args[4], cached, queries, passes, read(directory));
    } finally {
      System.clearProperty(PROPERTY);
      try (Stream<Path> files = Files.list(directory)) {
        for (Path file : files.toList()) {
          Files.delete(file);
        }
      }
      Files.delete(directory);
    }
  }

  /** The last passes are looked at; the first warm up. */
  private static int run(Path model, int cached, int queries, long budget) {
    try (TimedStep step = new TimedStep(model, 1, cached, queries, 0)) {
      long begin = System.nanoTime();
      int passes = 0;
      while (step.hasRoom() && (passes < 20 || System.nanoTime() - begin < budget)) {
        step.run();
        passes++;
      }
      return passes;
    }
  }

  private static List<JsonNode> read(Path directory) throws IOException {
    List<JsonNode> events = new ArrayList<>();
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        new JsonMapper().readTree(file.toFile()).forEach(events::add);
      }
    }
    return events;
  }

  private static void print(
      String model, int cached, int queries, int passes, List<JsonNode> events) {
    List<JsonNode> runs =
        events.stream().filter(event -> event.path("name").asText().equals("model_run")).toList();
    // Passes that fill the cache or warm up come first.
    double from = runs.get(runs.size() / 2).path("ts").asDouble();
    int counted = runs.size() - runs.size() / 2;
    Map<String, Total> operators = new TreeMap<>();
    double kernels = 0;
    for (JsonNode event : events) {
      boolean kernel = event.path("name").asText().endsWith("_kernel_time");
      if (kernel && event.path("ts").asDouble() >= from) {
        Total total =
            operators.computeIfAbsent(
                event.path("args").path("op_name").asText(), name -> new Total());
        total.micros += event.path("dur").asDouble();
        total.kernels++;
        kernels += event.path("dur").asDouble();
      }
    }
    double all = 0;
    for (JsonNode run : runs.subList(runs.size() / 2, runs.size())) {
      all += run.path("dur").asDouble();
    }
    System.out.printf(
        "%s: %d query positions after %d, %d passes, last %d: %.1f us a pass, %.1f in kernels%n",
        model, queries, cached, passes, counted, all / counted, kernels / counted);
    double whole = kernels;
    operators.entrySet().stream()
        .sorted(Comparator.comparingDouble(entry -> -entry.getValue().micros))
        .forEach(
            entry ->
                System.out.printf(
                    "  %5.1f%%  %9.1f us  %5.1f kernels  %s%n",
                    100 * entry.getValue().micros / whole,
                    entry.getValue().micros / counted,
                    (double) entry.getValue().kernels / counted,
                    entry.getKey()));
  }
}
