package dev.unmask.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The prompts that the demo decodes. */
public final class DemoPrompts {
  private static final String RESOURCE = "demo-prompts.jsonl";

  private DemoPrompts() {}

  /**
   * A prompt with its right answer.
   *
   * @param task gsm, code or json
   */
  public record Prompt(String task, String prompt, String expected) {}

  /**
   * Picks prompts, the tasks in turn.
   *
   * @param task null for all tasks
   * @throws UnmaskException INVALID_ARGUMENT for an unknown task or more than there are
   */
  public static List<Prompt> pick(int count, String task) {
    Map<String, List<Prompt>> byTask = new LinkedHashMap<>();
    for (Prompt prompt : all()) {
      byTask.computeIfAbsent(prompt.task(), t -> new ArrayList<>()).add(prompt);
    }
    if (task != null && !byTask.containsKey(task)) {
      throw UnmaskException.invalid(
          "--task=" + task + " is none of " + String.join(", ", byTask.keySet()));
    }
    if (task != null) {
      byTask.keySet().retainAll(List.of(task));
    }
    List<Prompt> mixed = new ArrayList<>();
    for (int i = 0; i < byTask.values().iterator().next().size(); i++) {
      for (List<Prompt> prompts : byTask.values()) {
        mixed.add(prompts.get(i));
      }
    }
    if (count < 1 || count > mixed.size()) {
      throw UnmaskException.invalid("--prompts=" + count + " is not in [1, " + mixed.size() + "]");
    }
    return mixed.subList(0, count);
  }

  /** All of them, task by task. */
  public static List<Prompt> all() {
    List<Prompt> prompts = new ArrayList<>();
    ObjectMapper json = new ObjectMapper();
    try (InputStream in = DemoPrompts.class.getResourceAsStream(RESOURCE);
        BufferedReader reader =
            new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        JsonNode node = json.readTree(line);
        prompts.add(
            new Prompt(
                node.get("task").asText(),
                node.get("prompt").asText(),
                node.get("expected").asText()));
      }
    } catch (IOException e) {
      throw new UnmaskException(ErrorCode.INTERNAL, RESOURCE + ": " + e, e);
    }
    return prompts;
  }
}
