package dev.unmask.it;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The prompts of {@code unmask demo}. */
final class DemoPrompts {
  private static final String RESOURCE = "/dev/unmask/cli/demo-prompts.jsonl";

  private DemoPrompts() {}

  /** All prompts, the tasks in turn. */
  static List<String> all() {
    Map<String, List<String>> tasks = new TreeMap<>();
    JsonMapper json = JsonMapper.builder().build();
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(
                DemoPrompts.class.getResourceAsStream(RESOURCE), StandardCharsets.UTF_8))) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        JsonNode node = json.readTree(line);
        tasks
            .computeIfAbsent(node.get("task").asText(), task -> new ArrayList<>())
            .add(node.get("prompt").asText());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    List<String> mixed = new ArrayList<>();
    for (int i = 0; mixed.size() < tasks.values().stream().mapToInt(List::size).sum(); i++) {
      for (List<String> prompts : tasks.values()) {
        if (i < prompts.size()) {
          mixed.add(prompts.get(i));
        }
      }
    }
    return mixed;
  }
}
