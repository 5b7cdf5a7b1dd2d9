package dev.unmask.capacity.report.html;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Every figure of the summary, in tables. */
final class Tables {
  private static final List<String> STATISTICS =
      List.of("count", "avg", "min", "max", "std", "p50", "p90", "p99", "p99_9");

  private final Summary summary;

  /** The tables of a summary. */
  Tables(Summary summary) {
    this.summary = summary;
  }

  /** What counts most, a row for each run. */
  Table overview() {
    Table table =
        new Table(
            "Overview",
            2,
            "Load",
            "Target",
            "tokens/s",
            "score",
            "requests/s",
            "goodput",
            "answered",
            "failed",
            "first block p50, ms",
            "p99",
            "request p50, ms",
            "p99",
            "steady");
    forEachRun(
        (level, run) ->
            table.row(
                List.of(
                    level.label(),
                    run.target().name(),
                    Numbers.measured(run.throughput()),
                    run.scoreWords(),
                    Numbers.measured(run.number("request_throughput")),
                    Numbers.measured(run.number("goodput")),
                    Numbers.measured(run.number("requests")),
                    Long.toString(run.failures()),
                    Numbers.measured(run.metric("time_to_first_block", "p50")),
                    Numbers.measured(run.metric("time_to_first_block", "p99")),
                    Numbers.measured(run.metric("request_latency", "p50")),
                    Numbers.measured(run.metric("request_latency", "p99")),
                    yesOrNo(run.json().path("steady")))));
    return table;
  }

  /** The first target against the second. */
  Table comparisons() {
    Table table =
        new Table(
            "Comparison",
            1,
            "Load",
            "ratio of tokens/s",
            "95% interval",
            "pairs",
            "score difference",
            "margin",
            "comparable");
    for (Level level : summary.levels()) {
      level.comparison().ifPresent(comparison -> table.row(cells(level, comparison)));
    }
    return table;
  }

  private static List<String> cells(Level level, Comparison comparison) {
    boolean scored = comparison.scoreDifference().isPresent();
    return List.of(
        level.label(),
        Numbers.ratio(comparison.ratio()),
        Numbers.ratio(comparison.low()) + " to " + Numbers.ratio(comparison.high()),
        Numbers.measured(comparison.pairs()),
        scored ? Numbers.signedScore(comparison.scoreDifference().getAsDouble()) : Numbers.NONE,
        Numbers.score(comparison.scoreMargin()),
        scored ? comparison.comparable() ? "yes" : "no" : Numbers.NONE);
  }

  /** All metrics with all of their statistics, a table for each level. */
  List<Table> metrics() {
    return summary.levels().stream().map(this::metrics).toList();
  }

  private Table metrics(Level level) {
    Table table =
        new Table(
            level.label(),
            3,
            "Metric",
            "Target",
            "Unit",
            "count",
            "avg",
            "min",
            "max",
            "std",
            "p50",
            "p90",
            "p99",
            "p99.9");
    for (String metric : metricNames(level)) {
      for (Run run : level.runs()) {
        JsonNode json = run.json().path("metrics").path(metric);
        if (json.isObject()) {
          Stream<String> texts =
              Stream.of(Term.title(metric), run.target().name(), json.path("unit").asText(""));
          Stream<String> numbers =
              STATISTICS.stream().map(name -> Numbers.measured(run.metric(metric, name)));
          table.row(Stream.concat(texts, numbers).toList());
        }
      }
    }
    return table;
  }

  private static List<String> metricNames(Level level) {
    return Stream.concat(
            Term.METRICS.stream().map(Term::key),
            level.runs().stream().flatMap(run -> Json.names(run.json().path("metrics")).stream()))
        .distinct()
        .toList();
  }

  /** What decoding took. */
  Table decoding() {
    Table table =
        new Table(
            "Decoding, means of an answer",
            2,
            "Load",
            "Target",
            "forward passes",
            "tokens per pass",
            "query tokens",
            "wasted positions",
            "reused tokens");
    forEachRun(
        (level, run) -> {
          if (run.json().path("decoding").isObject()) {
            table.row(
                List.of(
                    level.label(),
                    run.target().name(),
                    Numbers.measured(run.number("decoding", "forward_passes")),
                    Numbers.measured(run.number("decoding", "tokens_per_pass")),
                    Numbers.measured(run.number("decoding", "query_tokens")),
                    Numbers.percent(run.number("decoding", "wasted_positions")),
                    Numbers.measured(run.number("decoding", "reused_tokens"))));
          }
        });
    return table;
  }

  /** Scores by task, with how many answers they are of. */
  Table scores() {
    List<String> tasks =
        summary
            .runs()
            .flatMap(run -> Json.names(run.json().path("score").path("by_task")).stream())
            .distinct()
            .toList();
    Table table =
        new Table(
            "Score, and of how many answers",
            2,
            Stream.concat(Stream.of("Load", "Target", "all"), tasks.stream())
                .toArray(String[]::new));
    forEachRun(
        (level, run) -> {
          JsonNode score = run.json().path("score");
          if (score.isObject()) {
            Stream<String> whole =
                Stream.of(level.label(), run.target().name(), scoreAndAnswers(score));
            Stream<String> parts =
                tasks.stream().map(task -> scoreAndAnswers(score.path("by_task").path(task)));
            table.row(Stream.concat(whole, parts).toList());
          }
        });
    return table;
  }

  private static String scoreAndAnswers(JsonNode score) {
    return Numbers.score(Json.number(score.path("mean")))
        + Json.number(score.path("n")).stream()
            .mapToObj(answers -> " (" + Numbers.measured(answers) + ")")
            .collect(Collectors.joining());
  }

  /** Failed requests by kind. */
  Table errors() {
    Table table = new Table("Errors", 3, "Load", "Target", "Kind", "requests", "share");
    forEachRun(
        (level, run) ->
            Json.numbers(run.json().path("errors"))
                .forEach((kind, count) -> table.row(error(level, run, kind, count))));
    return table;
  }

  private static List<String> error(Level level, Run run, String kind, double count) {
    double all = run.failures() + run.number("requests").orElse(0);
    return List.of(
        level.label(),
        run.target().name(),
        kind,
        Numbers.measured(count),
        Numbers.percent(all > 0 ? count / all : 0));
  }

  /** What sending the load took. */
  Table driver() {
    Table table =
        new Table(
            "Driver",
            2,
            "Load",
            "Target",
            "processor share",
            "busiest thread",
            "bottleneck",
            "duration, s");
    forEachRun(
        (level, run) -> {
          JsonNode driver = run.json().path("driver");
          if (driver.isObject()) {
            table.row(
                List.of(
                    level.label(),
                    run.target().name(),
                    Numbers.percent(run.number("driver", "cpu_share")),
                    Numbers.percent(run.number("driver", "busiest_thread")),
                    yesOrNo(driver.path("bottleneck")),
                    Numbers.measured(run.number("duration_s"))));
          }
        });
    return table;
  }

  /** What servers said of themselves. */
  Table server() {
    Table table = new Table("Server", 3, "Load", "Target", "Figures");
    forEachRun(
        (level, run) -> {
          JsonNode server = run.json().path("server");
          if (server.isObject() && !server.isEmpty()) {
            String figures =
                server.properties().stream()
                    .map(entry -> entry.getKey() + " " + Json.words(entry.getValue()))
                    .collect(Collectors.joining("; "));
            table.row(List.of(level.label(), run.target().name(), figures));
          }
        });
    return table;
  }

  /** All tables behind the overview, in their order. */
  List<Table> details() {
    return List.of(comparisons(), scores(), decoding(), errors(), driver(), server());
  }

  private void forEachRun(BiConsumer<Level, Run> action) {
    summary.levels().forEach(level -> level.runs().forEach(run -> action.accept(level, run)));
  }

  private static String yesOrNo(JsonNode flag) {
    return flag.isBoolean() ? flag.asBoolean() ? "yes" : "no" : Numbers.NONE;
  }
}
