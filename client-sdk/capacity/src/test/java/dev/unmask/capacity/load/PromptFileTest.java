package dev.unmask.capacity.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unmask.capacity.targets.Prompt;
import dev.unmask.scheduler.UnmaskException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PromptFileTest {
  @TempDir private Path directory;

  private List<PromptEntry> read(String lines) throws IOException {
    return PromptFile.read(Files.writeString(directory.resolve("p.jsonl"), lines));
  }

  @Test
  void allForms_areRead() throws IOException {
    List<PromptEntry> entries =
        read(
            """
            {"id": "a", "task": "t", "prompt": "Hi", "expected": "Ho", "parameters": {"seed": 3}}
            {"question": "2 + 2?", "answer": "so #### 4"}

            {"messages": [{"role": "system", "content": "S"}, {"role": "user", "content": "U"}]}
            {"raw_prompt": "def f"}
            """);
    assertEquals(
        new PromptEntry("a", "t", Prompt.ofUser("Hi"), "Ho", Map.of("seed", 3)), entries.get(0));
    assertEquals(
        new PromptEntry("2", "", Prompt.ofUser("2 + 2?"), "so #### 4", Map.of()), entries.get(1));
    assertEquals(2, entries.get(2).prompt().messages().size());
    assertNull(entries.get(2).expected());
    assertTrue(entries.get(3).prompt().raw());
    assertEquals("5", entries.get(3).id());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"prompt\": 3}|line 1 has no text 'prompt'",
        "{}|line 1 has no text 'prompt'",
        "nonsense|line 1 is not JSON",
        "{\"messages\": []}|line 1 a prompt has either messages or a text",
        "{\"prompt\": \"x\", \"parameters\": [1]}|line 1 has parameters that are no object",
      })
  void wrongLines_areNamed(String line, String message) {
    String told = assertThrows(UnmaskException.class, () -> read(line)).getMessage();
    assertTrue(told.contains(message), told);
  }

  @Test
  void emptyAndMissingFiles_areTold() throws IOException {
    assertTrue(
        assertThrows(UnmaskException.class, () -> read("\n"))
            .getMessage()
            .endsWith("has no prompts"));
    assertTrue(
        assertThrows(UnmaskException.class, () -> PromptFile.read(directory.resolve("no")))
            .getMessage()
            .endsWith("does not exist"));
  }

  @Test
  void bundledPrompts_haveAnswers() {
    List<PromptEntry> entries = PromptFile.bundled();
    assertEquals(96, entries.size());
    assertTrue(entries.stream().allMatch(entry -> entry.expected() != null));
  }

  @Test
  void source_givesAllBeforeOneTwice() {
    PromptSource source = new PromptSource(PromptFile.bundled(), 5);
    PromptSource same = new PromptSource(PromptFile.bundled(), 5);
    List<PromptEntry> first = new ArrayList<>();
    for (int i = 0; i < 96; i++) {
      first.add(source.next());
      assertEquals(first.get(i), same.next());
    }
    assertEquals(96, new HashSet<>(first).size());
    List<PromptEntry> second = new ArrayList<>();
    for (int i = 0; i < 96; i++) {
      second.add(source.next());
    }
    assertEquals(new HashSet<>(first), new HashSet<>(second));
    assertTrue(!first.equals(second));
  }
}
