package dev.unmask.capacity.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.unmask.capacity.load.Load;
import dev.unmask.capacity.load.PromptEntry;
import dev.unmask.capacity.load.RequestFactory;
import dev.unmask.capacity.load.RunLimits;
import dev.unmask.capacity.measure.Experiment;
import dev.unmask.capacity.measure.Level;
import dev.unmask.capacity.measure.ServerMetrics;
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
import dev.unmask.cli.BundledModels;
import dev.unmask.cli.Terminal;
import dev.unmask.client.ModelFormat;
import dev.unmask.scheduler.UnmaskException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Path;
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

/** {@code unmask capacity}: load, figures, reports. */
@Command(
    name = "capacity",
    description =
        "Measure tokens/s, latencies and score of a model under load, against a baseline.",
    subcommands = {TuneCommand.class, SimulateCommand.class, CalibrateCommand.class},
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Without --url the models run in this process. A baseline takes turns with the target, in the",
      "order A B B A, and the ratio of their tokens/s comes with a 95%% bootstrap interval."
    })
final class CapacityCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private TargetOptions targets;
  @Mixin private LoadOptions loads;
  @Mixin private PromptOptions prompts;

  @Option(
      names = "--url",
      paramLabel = "URL",
      description =
          "grpc://host:8001, http://host:8000 or an OpenAI endpoint, http://host:8000/v1 (default:"
              + " none, in this process)")
  private String url;

  @Option(names = "--model", paramLabel = "NAME", description = "model (default: tiny_d2f)")
  private String model;

  @Option(
      names = "--api",
      paramLabel = "triton|openai",
      description = "what the endpoint speaks (default: told by the URL)")
  private TargetOptions.Api api;

  @Option(
      names = "--format",
      paramLabel = "unmask|vllm|tensorrt_llm",
      defaultValue = "unmask",
      description = "tensor names of a Triton model (default: ${DEFAULT-VALUE})")
  private ModelFormat format;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "parameter of every request; may be repeated")
  private final Map<String, String> parameters = new LinkedHashMap<>();

  @Option(
      names = "--metrics-url",
      paramLabel = "URL",
      description = "metrics of the server, such as http://host:8002/metrics")
  private String metricsUrl;

  @Option(
      names = "--baseline",
      paramLabel = "NAME",
      description = "model to compare with, such as an autoregressive one")
  private String baseline;

  @Option(
      names = "--baseline-url",
      paramLabel = "URL",
      description = "where the baseline is (default: as --url)")
  private String baselineUrl;

  @Option(
      names = "--baseline-api",
      paramLabel = "triton|openai",
      description = "what its endpoint speaks (default: told by the URL)")
  private TargetOptions.Api baselineApi;

  @Option(
      names = "--baseline-format",
      paramLabel = "unmask|vllm|tensorrt_llm",
      defaultValue = "unmask",
      description = "tensor names of the baseline (default: ${DEFAULT-VALUE})")
  private ModelFormat baselineFormat;

  @Option(
      names = "--baseline-set",
      paramLabel = "KEY=VALUE",
      description = "parameter of every request to the baseline; may be repeated")
  private final Map<String, String> baselineParameters = new LinkedHashMap<>();

  @Option(
      names = "--baseline-metrics-url",
      paramLabel = "URL",
      description = "metrics of the baseline's server")
  private String baselineMetricsUrl;

  @Option(
      names = "--max-input-tokens",
      paramLabel = "N",
      defaultValue = "1000000",
      description = "longest prompt of a trace; longer ones are cut")
  private int maxInputTokens;

  @Option(
      names = "--characters-per-token",
      paramLabel = "X",
      defaultValue = "4",
      description = "of the model's tokenizer, for prompts of a trace (default: ${DEFAULT-VALUE})")
  private double charactersPerToken;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "2",
      description = "rounds of A B B A, which share --duration (default: ${DEFAULT-VALUE})")
  private int rounds;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "of prompts, arrivals and bootstrap (default: ${DEFAULT-VALUE})")
  private long seed;

  @Option(
      names = "--goodput",
      split = ",",
      splitSynopsisLabel = ",",
      paramLabel = "MEASURE=LIMIT",
      description =
          "what an answer must hold to count as good, in ms, such as"
              + " time_to_first_block=100,request_latency=500")
  private final Map<String, Double> goodput = new LinkedHashMap<>();

  @Option(
      names = "--scorer",
      paramLabel = "COMMAND",
      description =
          "scores answers: reads lines {id, prompt_id, task, expected, text}, writes {id, score}"
              + " (default: exact match with expected)")
  private String scorer;

  @Option(
      names = "--scorer-timeout",
      paramLabel = "SECONDS",
      defaultValue = "600",
      description = "after which the scorer is stopped (default: ${DEFAULT-VALUE})")
  private long scorerTimeout;

  @Option(
      names = "--score-margin",
      paramLabel = "X",
      defaultValue = "0.05",
      description =
          "difference of scores beyond which a ratio is marked as not comparable (default:"
              + " ${DEFAULT-VALUE})")
  private double margin;

  @Option(
      names = "--output",
      paramLabel = "DIR",
      description = "directory to make, for summary.json, report.html, CSV and AIPerf's files")
  private Path output;

  @Override
  public Integer call() throws InterruptedException {
    check();
    PrintWriter err = spec.commandLine().getErr();
    List<Load> sweep = loads.loads();
    List<PromptEntry> entries = prompts.entries();
    RunLimits limits = loads.limits(baseline == null ? 1 : 2 * rounds);
    Slo slo = Slo.of(goodput);
    Scorer scoring = scorer == null ? new ExactScorer() : new CommandScorer(scorer, scorerTimeout);
    Instant created = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    ProgressLine progress = new ProgressLine(err, Terminal.onError());
    List<Subject> subjects = new ArrayList<>();
    List<Level> levels = new ArrayList<>();
    UnmaskException failure = null;
    try (ReportFiles files = output == null ? null : new ReportFiles(output)) {
      try {
        open(subjects, err);
        Experiment experiment =
            new Experiment(subjects, entries, limits, rounds, seed, slo, scoring, margin, progress);
        for (Load load : sweep) {
          levels.add(experiment.run(load));
        }
      } catch (UnmaskException e) {
        if (levels.isEmpty()) {
          throw e;
        }
        // What was measured until now is reported first.
        failure = e;
      } finally {
        progress.clear();
        subjects.forEach(CapacityCommand::close);
      }
      RunInfo info =
          new RunInfo(
              Shell.command(spec),
              created,
              seed,
              subjects.stream().map(CapacityCommand::info).toList(),
              loads.describe(sweep.get(0), prompts.describe(entries.size())),
              slo.byName());
      report(info, levels, files);
    }
    if (failure != null) {
      throw failure;
    }
    Level.requireScores(levels);
    return 0;
  }

  private void check() {
    if (maxInputTokens < 1) {
      throw UnmaskException.invalid("--max-input-tokens=" + maxInputTokens + " is below 1");
    }
    if (!(charactersPerToken > 0 && charactersPerToken <= 100)) {
      throw UnmaskException.invalid(
          "--characters-per-token=" + charactersPerToken + " is not in (0, 100]");
    }
    if (rounds < 1 || rounds > 1000) {
      throw UnmaskException.invalid("--rounds=" + rounds + " is not in [1, 1000]");
    }
    if (!(margin >= 0 && margin <= 1)) {
      throw UnmaskException.invalid("--score-margin=" + margin + " is not in [0, 1]");
    }
    if (scorerTimeout < 1) {
      throw UnmaskException.invalid("--scorer-timeout=" + scorerTimeout + " is below 1");
    }
    if (baseline == null && (baselineUrl != null || !baselineParameters.isEmpty())) {
      throw UnmaskException.invalid("--baseline-url and --baseline-set need --baseline");
    }
    if (url != null && model == null) {
      throw UnmaskException.invalid("--url=" + url + " needs --model");
    }
  }

  private void open(List<Subject> subjects, PrintWriter err) {
    String name = model == null ? BundledModels.D2F : model;
    Optional<URI> metrics = TargetOptions.metrics("--metrics-url", metricsUrl);
    Optional<URI> baselineMetrics =
        TargetOptions.metrics("--baseline-metrics-url", baselineMetricsUrl);
    Target target = targets.open(url, name, api, format, err);
    subjects.add(
        subject("A", target, parameters, metrics.map(uri -> new ServerMetrics(uri, name))));
    if (baseline != null) {
      String where = baselineUrl == null ? url : baselineUrl;
      Target other = targets.open(where, baseline, baselineApi, baselineFormat, err);
      subjects.add(
          subject(
              "B",
              other,
              baselineParameters,
              baselineMetrics.map(uri -> new ServerMetrics(uri, baseline))));
    }
  }

  private Subject subject(
      String name, Target target, Map<String, String> given, Optional<ServerMetrics> metrics) {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("max_tokens", prompts.maxTokens());
    values.putAll(ParameterValues.of(given));
    RequestFactory requests =
        new RequestFactory(values, charactersPerToken, maxInputTokens, prompts.maxTokens());
    return new Subject(name, target, requests, values, metrics);
  }

  private static void close(Subject subject) {
    subject.metrics().ifPresent(ServerMetrics::close);
    subject.target().close();
  }

  private static RunInfo.TargetInfo info(Subject subject) {
    return new RunInfo.TargetInfo(
        subject.name(), subject.target().description(), subject.parameters());
  }

  private void report(RunInfo info, List<Level> levels, ReportFiles files) {
    PrintWriter out = spec.commandLine().getOut();
    List<String> warnings = Warnings.of(levels);
    info.targets().forEach(t -> out.println(t.name() + ": " + t.description()));
    out.println();
    out.print(TextTable.of(levels));
    if (!warnings.isEmpty()) {
      out.println();
      warnings.forEach(warning -> out.println("warning: " + warning));
    }
    if (files != null) {
      JsonNode summary = SummaryJson.of(info, levels, warnings);
      files.write(summary, levels);
      out.println();
      out.println("written: " + output);
    }
    out.flush();
  }
}
