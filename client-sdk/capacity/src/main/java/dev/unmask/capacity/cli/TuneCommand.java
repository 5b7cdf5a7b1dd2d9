package dev.unmask.capacity.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.unmask.capacity.load.Load;
import dev.unmask.capacity.load.PromptEntry;
import dev.unmask.capacity.load.RequestFactory;
import dev.unmask.capacity.load.RunLimits;
import dev.unmask.capacity.measure.Experiment;
import dev.unmask.capacity.measure.Level;
import dev.unmask.capacity.measure.Level.TargetLevel;
import dev.unmask.capacity.measure.Slo;
import dev.unmask.capacity.measure.Subject;
import dev.unmask.capacity.measure.Warnings;
import dev.unmask.capacity.report.ReportFiles;
import dev.unmask.capacity.report.RunInfo;
import dev.unmask.capacity.report.SummaryJson;
import dev.unmask.capacity.report.TextTable;
import dev.unmask.capacity.score.CommandScorer;
import dev.unmask.capacity.score.ExactScorer;
import dev.unmask.capacity.score.Scorer;
import dev.unmask.capacity.targets.Target;
import dev.unmask.capacity.tune.Frontier;
import dev.unmask.capacity.tune.ModelDefaults;
import dev.unmask.capacity.tune.ParameterGrid;
import dev.unmask.capacity.tune.TuneTable;
import dev.unmask.capacity.tune.TunedPoint;
import dev.unmask.cli.BundledModels;
import dev.unmask.cli.Terminal;
import dev.unmask.client.ModelFormat;
import dev.unmask.scheduler.UnmaskException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code unmask capacity tune}: the frontier of score and speed over decoding parameters. */
@Command(
    name = "tune",
    description =
        "Sweep decoding parameters over labelled prompts; show the best of score and speed.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "All combinations take turns, forwards and backwards, each over all prompts. Chosen is the",
      "fastest whose score is within --score-margin of the best."
    })
final class TuneCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private TargetOptions targets;
  @Mixin private PromptOptions prompts;

  @Option(
      names = "--url",
      paramLabel = "URL",
      description = "a Triton endpoint (default: none, in this process)")
  private String url;

  @Option(names = "--model", paramLabel = "NAME", description = "model (default: tiny_d2f)")
  private String model;

  @Option(
      names = "--sweep",
      required = true,
      paramLabel = "KEY=VALUE,VALUE",
      description =
          "a parameter and its values, such as skip_threshold=0.5,0.7,0.9; may be repeated")
  private List<String> axes;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "parameter of every request; may be repeated")
  private final Map<String, String> parameters = new LinkedHashMap<>();

  @Option(
      names = "--concurrency",
      paramLabel = "N",
      defaultValue = "1",
      description = "users who each wait for their answer (default: ${DEFAULT-VALUE})")
  private int users;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "1",
      description =
          "rounds, in each of which all prompts are asked twice (default: ${DEFAULT-VALUE})")
  private int rounds;

  @Option(
      names = "--max-duration",
      paramLabel = "SECONDS",
      defaultValue = "600",
      description = "longest time of one combination's run (default: ${DEFAULT-VALUE})")
  private int maxSeconds;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "of the order of prompts (default: ${DEFAULT-VALUE})")
  private long seed;

  @Option(
      names = "--scorer",
      paramLabel = "COMMAND",
      description = "as of unmask capacity (default: exact match with expected)")
  private String scorer;

  @Option(
      names = "--score-margin",
      paramLabel = "X",
      defaultValue = "0.01",
      description = "how far the score may lie below the best (default: ${DEFAULT-VALUE})")
  private double margin;

  @Option(
      names = "--write",
      description = "make what was chosen the model's default, in its unmask.json")
  private boolean write;

  @Option(
      names = "--output",
      paramLabel = "DIR",
      description = "directory to make, for summary.json, report.html and the records")
  private Path output;

  @Override
  public Integer call() throws InterruptedException {
    check();
    List<PromptEntry> entries = prompts.entries();
    List<Map<String, String>> grid = ParameterGrid.of(axes).points();
    RunLimits limits =
        new RunLimits(
            Duration.ofSeconds(1),
            Duration.ofSeconds(maxSeconds),
            entries.size(),
            Duration.ofSeconds(maxSeconds),
            users,
            Duration.ofSeconds(maxSeconds));
    Instant created = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    PrintWriter err = spec.commandLine().getErr();
    ProgressLine progress = new ProgressLine(err, Terminal.onError());
    String name = model == null ? BundledModels.D2F : model;
    try (ReportFiles files = output == null ? null : new ReportFiles(output);
        Target target = targets.open(url, name, null, ModelFormat.UNMASK, err)) {
      List<Subject> subjects = subjects(target, grid);
      Level level =
          new Experiment(
                  subjects, entries, limits, rounds, seed, Slo.NONE, scoring(), margin, progress)
              .run(new Load.Closed(users));
      progress.clear();
      RunInfo info = info(subjects, entries.size(), created);
      if (level.targets().stream().anyMatch(t -> t.scoreFailure().isPresent())) {
        reportUnscored(level, info, files);
        Level.requireScores(List.of(level));
      }
      report(points(level, grid), level, info, files, name);
    }
    return 0;
  }

  private void check() {
    if (rounds < 1 || rounds > 1000) {
      throw UnmaskException.invalid("--rounds=" + rounds + " is not in [1, 1000]");
    }
    if (maxSeconds < 1) {
      throw UnmaskException.invalid("--max-duration=" + maxSeconds + " is below 1");
    }
    if (!(margin >= 0 && margin <= 1)) {
      throw UnmaskException.invalid("--score-margin=" + margin + " is not in [0, 1]");
    }
    if (write && url != null) {
      throw UnmaskException.invalid("--write needs a model of a repository here, not --url=" + url);
    }
    if (url != null && model == null) {
      throw UnmaskException.invalid("--url=" + url + " needs --model");
    }
  }

  private List<Subject> subjects(Target target, List<Map<String, String>> grid) {
    List<Subject> subjects = new ArrayList<>();
    for (Map<String, String> point : grid) {
      Map<String, Object> values = new LinkedHashMap<>();
      values.put("max_tokens", prompts.maxTokens());
      values.putAll(ParameterValues.of(parameters));
      values.putAll(ParameterValues.of(point));
      subjects.add(
          new Subject(
              String.valueOf(subjects.size() + 1),
              target,
              new RequestFactory(values, 1, 1, 1),
              values,
              Optional.empty()));
    }
    return subjects;
  }

  private Scorer scoring() {
    return scorer == null ? new ExactScorer() : new CommandScorer(scorer, maxSeconds);
  }

  private static List<TunedPoint> points(Level level, List<Map<String, String>> grid) {
    List<TunedPoint> points = new ArrayList<>();
    for (TargetLevel target : level.targets()) {
      points.add(
          new TunedPoint(
              ParameterValues.of(grid.get(points.size())),
              target.figures(),
              target
                  .score()
                  .orElseThrow(
                      () ->
                          UnmaskException.invalid(
                              "no prompt has an expected answer, and there is no --scorer"))));
    }
    return points;
  }

  private RunInfo info(List<Subject> subjects, int promptCount, Instant created) {
    return new RunInfo(
        Shell.command(spec),
        created,
        seed,
        subjects.stream()
            .map(s -> new RunInfo.TargetInfo(s.name(), s.target().description(), s.parameters()))
            .toList(),
        Map.of("kind", "closed", "prompts", prompts.describe(promptCount), "rounds", rounds),
        Map.of());
  }

  /** Without scores nothing can be chosen, but what was measured is not lost. */
  private void reportUnscored(Level level, RunInfo info, ReportFiles files) {
    PrintWriter out = spec.commandLine().getOut();
    List<String> warnings = Warnings.of(List.of(level));
    info.targets().forEach(t -> out.println(t.name() + ": " + TuneTable.options(t.parameters())));
    out.println();
    out.print(TextTable.of(List.of(level)));
    warnings.forEach(warning -> out.println("warning: " + warning));
    if (files != null) {
      files.write(SummaryJson.of(info, List.of(level), warnings), List.of(level));
      out.println("written: " + output);
    }
    out.flush();
  }

  private void report(
      List<TunedPoint> points, Level level, RunInfo info, ReportFiles files, String name) {
    PrintWriter out = spec.commandLine().getOut();
    Frontier frontier = new Frontier(points);
    TunedPoint chosen = frontier.choose(margin);
    List<String> warnings = Warnings.of(List.of(level));
    out.print(TuneTable.of(points, chosen));
    warnings.forEach(warning -> out.println("warning: " + warning));
    out.println();
    out.println("chosen: " + TuneTable.options(chosen.parameters()));
    if (files != null) {
      ObjectNode summary = SummaryJson.of(info, List.of(level), warnings);
      ArrayNode best = summary.putArray("frontier");
      for (int i = 0; i < points.size(); i++) {
        if (frontier.holds(points.get(i))) {
          best.add(info.targets().get(i).name());
        }
      }
      summary.put("chosen", info.targets().get(points.indexOf(chosen)).name());
      files.write(summary, List.of(level));
      out.println("written: " + output);
    }
    if (write) {
      Path file = ModelDefaults.write(targets.version(name), chosen.parameters());
      out.println("written: " + file);
    }
    out.flush();
  }
}
