package dev.unmask.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code unmask generate}: decodes one prompt, or a file of them. */
@Command(
    name = "generate",
    description = "Decode a prompt, or a file of prompts.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "An input line is a JSON object with one of",
      "  prompt       text of the user's message; the chat template is applied",
      "  input_ids    token ids of the prompt",
      "  infill       array of texts and of numbers of masks between them, for models with full"
          + " attention",
      "and optionally id, task, expected (the right answer) and parameters, an object as of --set.",
      "Parameters: algorithm, max_tokens, stop, temperature, seed, and those of the algorithm."
    })
final class GenerateCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ModelOptions models;

  @Option(
      names = "--model",
      required = true,
      paramLabel = "NAME",
      description = "name of the model in the repository")
  private String model;

  @ArgGroup(multiplicity = "1")
  private Input input;

  /** One of the two is given. */
  static final class Input {
    @Option(names = "--prompt", paramLabel = "TEXT", description = "text of the user's message")
    private String prompt;

    @Option(names = "--input", paramLabel = "F.jsonl", description = "file of input lines")
    private Path file;
  }

  @Option(
      names = "--output",
      paramLabel = "F.jsonl",
      description = "file of output lines, written whole at the end (default: standard output)")
  private Path output;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "parameter for every request that does not set it itself; may be repeated")
  private final Map<String, String> parameters = new LinkedHashMap<>();

  @Option(
      names = "--batch",
      paramLabel = "N",
      defaultValue = "1",
      description = "requests decoded at once (default: ${DEFAULT-VALUE})")
  private int batch;

  @Override
  public Integer call() {
    PrintWriter err = spec.commandLine().getErr();
    if (models.isBundled() && BundledModels.isBundled(model)) {
      BundledModels.ensure(model, err);
    }
    int atOnce = input.prompt == null ? batch : 1;
    try (OpenModel open = models.open(model, Math.max(1, atOnce))) {
      JobRunner runner = new JobRunner(open.loop(), atOnce);
      InputReader reader = new InputReader(open, parameters);
      return input.prompt == null ? runFile(reader, runner, err) : runPrompt(reader, runner, err);
    }
  }

  private int runPrompt(InputReader reader, JobRunner runner, PrintWriter err) {
    PrintWriter out = spec.commandLine().getOut();
    Job job = reader.job(input.prompt);
    job.onText(
        text -> {
          out.print(text);
          out.flush();
        });
    long start = System.nanoTime();
    runner.run(List.of(job), () -> {}, done -> {});
    double seconds = (System.nanoTime() - start) / 1e9;
    out.println();
    out.flush();
    if (output != null) {
      try (LineOutput lines = new LineOutput(output, out)) {
        lines.write(job.toJson().toString());
        lines.complete();
      }
    }
    return finish(List.of(job), seconds, runner, err);
  }

  private int runFile(InputReader reader, JobRunner runner, PrintWriter err) {
    String name = spec.qualifiedName(" ");
    List<Job> jobs =
        reader.read(
            input.file,
            (number, error) -> {
              err.println(name + ": line " + number + ": " + error);
              err.flush();
            });
    try (LineOutput lines = new LineOutput(output, spec.commandLine().getOut())) {
      long start = System.nanoTime();
      boolean drawn = Terminal.onError() && !(output == null && Terminal.onOutput());
      ProgressBar bar = new ProgressBar(err, jobs.size(), drawn, start);
      runner.run(
          jobs,
          () -> bar.draw(System.nanoTime()),
          job -> {
            lines.write(job.toJson().toString());
            bar.add(job.error() == null ? job.outputTokens() : 0);
          });
      double seconds = (System.nanoTime() - start) / 1e9;
      bar.clear();
      lines.complete();
      return finish(jobs, seconds, runner, err);
    }
  }

  private static int finish(List<Job> jobs, double seconds, JobRunner runner, PrintWriter err) {
    Summary summary = new Summary();
    jobs.forEach(summary::add);
    err.println(summary.line(seconds, runner.hostShare()));
    err.flush();
    return summary.failed() == 0 ? 0 : Main.FAILED;
  }
}
