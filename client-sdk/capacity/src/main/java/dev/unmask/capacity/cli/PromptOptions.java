package dev.unmask.capacity.cli;

import dev.unmask.capacity.load.PromptEntry;
import dev.unmask.capacity.load.PromptFile;
import dev.unmask.scheduler.UnmaskException;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Option;

/** Options that say what is asked. */
final class PromptOptions {
  @Option(
      names = "--prompts",
      paramLabel = "F.jsonl",
      description =
          "prompts, one JSON object a line with prompt, messages or raw_prompt, and optionally id,"
              + " task, expected, parameters (default: the bundled ones)")
  private Path prompts;

  @Option(names = "--task", paramLabel = "TASK", description = "prompts of this task only")
  private String task;

  @Option(
      names = "--max-tokens",
      paramLabel = "N",
      defaultValue = "128",
      description = "longest answer (default: ${DEFAULT-VALUE})")
  private int maxTokens;

  /**
   * The prompts to draw from.
   *
   * @throws UnmaskException INVALID_ARGUMENT where there are none, or an option is wrong
   */
  List<PromptEntry> entries() {
    if (maxTokens < 1) {
      throw UnmaskException.invalid("--max-tokens=" + maxTokens + " is below 1");
    }
    List<PromptEntry> all = prompts == null ? PromptFile.bundled() : PromptFile.read(prompts);
    if (task == null) {
      return all;
    }
    List<PromptEntry> own = all.stream().filter(entry -> entry.task().equals(task)).toList();
    if (own.isEmpty()) {
      List<String> tasks = all.stream().map(PromptEntry::task).distinct().sorted().toList();
      throw UnmaskException.invalid("--task=" + task + " is none of " + String.join(", ", tasks));
    }
    return own;
  }

  int maxTokens() {
    return maxTokens;
  }

  /** Where they are from, for reports. */
  String describe(int count) {
    return (prompts == null ? "bundled" : prompts.toString())
        + (task == null ? "" : ", task " + task)
        + ", "
        + count;
  }
}
