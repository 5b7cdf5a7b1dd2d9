package dev.unmask.capacity.load;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.unmask.capacity.targets.Prompt;
import dev.unmask.cli.DemoPrompts;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Reads prompts, one JSON object a line: {@code prompt} (or {@code question}) for a user's message,
 * {@code messages} for a conversation, or {@code raw_prompt} for a text that is continued; beside
 * it optionally {@code id}, {@code task}, {@code expected} (or {@code answer}) and {@code
 * parameters}.
 */
public final class PromptFile {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final TypeReference<Map<String, Object>> PARAMETERS = new TypeReference<>() {};

  private PromptFile() {}

  /** The prompts that come with the project, of three tasks whose right answers are known. */
  public static List<PromptEntry> bundled() {
    List<PromptEntry> entries = new ArrayList<>();
    for (DemoPrompts.Prompt prompt : DemoPrompts.all()) {
      entries.add(
          new PromptEntry(
              "bundled-" + (entries.size() + 1),
              prompt.task(),
              Prompt.ofUser(prompt.prompt()),
              prompt.expected(),
              Map.of()));
    }
    return entries;
  }

  /**
   * Reads a file.
   *
   * @throws UnmaskException INVALID_ARGUMENT for a line that is wrong, naming it, and for a file
   *     without prompts; NOT_FOUND where there is no file
   */
  public static List<PromptEntry> read(Path file) {
    List<PromptEntry> entries = new ArrayList<>();
    try {
      int number = 0;
      for (String line : Files.readAllLines(file)) {
        number++;
        if (!line.isBlank()) {
          entries.add(entry(line, number, file));
        }
      }
    } catch (NoSuchFileException e) {
      throw new UnmaskException(ErrorCode.NOT_FOUND, "--prompts=" + file + " does not exist");
    } catch (CharacterCodingException e) {
      throw UnmaskException.invalid("--prompts=" + file + " is not UTF-8");
    } catch (IOException e) {
      throw new UnmaskException(ErrorCode.UNAVAILABLE, "--prompts=" + file + ": " + e, e);
    }
    if (entries.isEmpty()) {
      throw UnmaskException.invalid("--prompts=" + file + " has no prompts");
    }
    return entries;
  }

  private static PromptEntry entry(String line, int number, Path file) {
    try {
      JsonNode node = JSON.readTree(line);
      return new PromptEntry(
          node.hasNonNull("id") ? node.get("id").asText() : String.valueOf(number),
          node.path("task").asText(""),
          prompt(node),
          node.path("expected").asText(node.path("answer").asText(null)),
          node.hasNonNull("parameters")
              ? JSON.convertValue(node.get("parameters"), PARAMETERS)
              : Map.of());
    } catch (JsonProcessingException e) {
      throw wrong(file, number, "is not JSON: " + e.getOriginalMessage());
    } catch (IllegalArgumentException e) {
      throw wrong(file, number, "has parameters that are no object");
    } catch (UnmaskException e) {
      throw wrong(file, number, e.getMessage());
    }
  }

  private static Prompt prompt(JsonNode node) {
    if (node.hasNonNull("messages")) {
      List<Prompt.Message> messages = new ArrayList<>();
      for (JsonNode message : node.get("messages")) {
        messages.add(new Prompt.Message(text(message, "role"), text(message, "content")));
      }
      return new Prompt(messages, "");
    }
    if (node.hasNonNull("raw_prompt")) {
      return Prompt.ofRaw(text(node, "raw_prompt"));
    }
    return Prompt.ofUser(text(node, node.hasNonNull("question") ? "question" : "prompt"));
  }

  private static String text(JsonNode node, String name) {
    if (!node.path(name).isTextual()) {
      throw UnmaskException.invalid("has no text '" + name + "'");
    }
    return node.get(name).asText();
  }

  private static UnmaskException wrong(Path file, int number, String why) {
    return UnmaskException.invalid("--prompts=" + file + ": line " + number + " " + why);
  }
}
