package dev.unmask.it;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;

/** One recorded run of a published sampler. */
final class GoldenLine {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Fields that are not parameters of the run. */
  private static final Set<String> NOT_PARAMETERS =
      Set.of(
          "case",
          "checkpoint",
          "task",
          "prompt",
          "prompt_ids",
          "expected",
          "output_ids",
          "text",
          "exact",
          "forward_passes",
          "query_tokens",
          "notes",
          "published",
          "stable",
          "min_logit_gap",
          "min_confidence_gap",
          "commits_per_pass",
          "first_block_prompt_tokens",
          "output_ids_guarded",
          "forward_passes_guarded",
          "query_tokens_guarded",
          "text_guarded",
          "exact_guarded");

  final String file;
  final int number;
  private final JsonNode node;

  private GoldenLine(String file, int number, JsonNode node) {
    this.file = file;
    this.number = number;
    this.node = node;
  }

  /** The runs on the bundled models. */
  static List<GoldenLine> read(String file) {
    try (InputStream stream = GoldenLine.class.getResourceAsStream("/golden/" + file)) {
      return read(file, Objects.requireNonNull(stream, file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Every so many-th of the runs recorded in a file. */
  static List<GoldenLine> read(String file, int every) {
    List<GoldenLine> all = read(file);
    return IntStream.range(0, all.size()).filter(i -> i % every == 0).mapToObj(all::get).toList();
  }

  /** Runs recorded in a file of any place. */
  static List<GoldenLine> read(Path path) {
    try (InputStream stream = Files.newInputStream(path)) {
      return read(path.getParent().getFileName() + "/" + path.getFileName(), stream);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<GoldenLine> read(String name, InputStream stream) throws IOException {
    List<GoldenLine> lines = new ArrayList<>();
    BufferedReader reader =
        new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8));
    for (String line = reader.readLine(); line != null; line = reader.readLine()) {
      lines.add(new GoldenLine(name, lines.size() + 1, JSON.readTree(line)));
    }
    return lines;
  }

  /** The bundled model that stands for the line's checkpoint. */
  String model() {
    return switch (node.get("checkpoint").asText()) {
      case "tiny-llada" -> "tiny_llada";
      case "tiny-llada+d2f-lora" -> "tiny_d2f";
      case "tiny-ar" -> "tiny_ar";
      default -> throw new IllegalArgumentException(node.get("checkpoint").asText());
    };
  }

  /** Every field of the line that is a parameter, under its own name. */
  Map<String, Object> parameters() {
    Map<String, Object> values =
        new HashMap<>(JSON.convertValue(node, new TypeReference<Map<String, Object>>() {}));
    values.keySet().removeAll(NOT_PARAMETERS);
    if (node.path("published").asText().startsWith("JetEngine")) {
      values.put("dynamic_fallback", "leftmost");
    }
    if ("ar".equals(values.get("algorithm"))) {
      values.put("algorithm", "autoregressive");
      values.put("ignore_eos", true);
    }
    // Recorded as null where the run had no stop tokens; null means "not given" here.
    if (values.containsKey("stop_token_ids") && values.get("stop_token_ids") == null) {
      values.put("stop_token_ids", List.of());
    }
    return values;
  }

  int[] promptIds() {
    return ids("prompt_ids");
  }

  /** What must be decoded: quirk 3 of the published block diffusion is not reproduced. */
  int[] outputIds() {
    return ids(node.has("output_ids_guarded") ? "output_ids_guarded" : "output_ids");
  }

  /** The answer as a client gets it: what is decoded up to the first token that ends it. */
  int[] answerIds() {
    Object ends = parameters().getOrDefault("eos_token_ids", parameters().get("stop_token_ids"));
    List<?> given =
        ends == null ? BundledModelFixture.manifest(model()).eosTokenIds() : (List<?>) ends;
    return Arrays.stream(outputIds()).takeWhile(id -> !given.contains(id)).toArray();
  }

  int forwardPasses() {
    return node.get(
            node.has("forward_passes_guarded") ? "forward_passes_guarded" : "forward_passes")
        .asInt();
  }

  boolean stable() {
    return node.path("stable").asBoolean(true);
  }

  String text(String field) {
    return node.path(field).asText();
  }

  private int[] ids(String field) {
    int[] ids = new int[node.get(field).size()];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = node.get(field).get(i).asInt();
    }
    return ids;
  }

  @Override
  public String toString() {
    return file + ":" + number + " " + text("case");
  }
}
