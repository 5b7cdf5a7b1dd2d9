package dev.unmask.capacity.report.html;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What came out, in sentences. A speed stands beside its score wherever there is one. */
final class Verdict {
  private final Summary summary;

  private Verdict(Summary summary) {
    this.summary = summary;
  }

  /** The sentences as one paragraph. */
  static String of(Summary summary) {
    return new Verdict(summary).sentences().collect(Collectors.joining(" "));
  }

  private Stream<String> sentences() {
    if (summary.runs().findAny().isEmpty()) {
      return Stream.of("Nothing was measured.");
    }
    List<String> speeds = Tuning.of(summary).map(this::chosen).orElseGet(this::speeds);
    return Stream.of(comparison(), speeds, failures(), doubts()).flatMap(List::stream);
  }

  private List<String> chosen(Tuning tuning) {
    String best =
        tuning.frontier().stream()
            .map(target -> target.name() + " (" + tuning.words(target) + ")")
            .collect(Collectors.joining(", "));
    return Stream.concat(
            Stream.of(
                "Of "
                    + tuning.targets().size()
                    + " combinations no other beats in score and speed: "
                    + best
                    + ".",
                "Chosen is " + tuning.words(tuning.chosen()) + "."),
            speed(tuning.chosen()).stream())
        .toList();
  }

  private List<String> comparison() {
    List<Level> compared =
        summary.levels().stream().filter(level -> level.comparison().isPresent()).toList();
    if (compared.isEmpty() || summary.targets().size() < 2) {
      return List.of();
    }
    String first = summary.targets().get(0).name();
    String second = summary.targets().get(1).name();
    List<String> sentences = new ArrayList<>();
    sentences.add(
        first
            + " wrote "
            + ratios(compared)
            + " the tokens/s of "
            + second
            + (compared.size() == 1 ? " at " + compared.get(0).label() : "")
            + scores(compared.stream().map(level -> level.comparison().orElseThrow()).toList())
            + ".");
    List<String> unclear =
        compared.stream()
            .filter(level -> holdsOne(level.comparison().orElseThrow()))
            .map(Level::label)
            .toList();
    if (!unclear.isEmpty()) {
      sentences.add(
          "No difference in speed was shown at "
              + String.join(", ", unclear)
              + ": the interval holds 1.");
    }
    return sentences;
  }

  private static boolean holdsOne(Comparison comparison) {
    return comparison.low() <= 1 && comparison.high() >= 1;
  }

  private static String ratios(List<Level> compared) {
    Comparator<Level> byRatio =
        Comparator.comparingDouble(level -> level.comparison().orElseThrow().ratio());
    Level least = compared.stream().min(byRatio).orElseThrow();
    Level greatest = compared.stream().max(byRatio).orElseThrow();
    return compared.size() == 1
        ? times(least, "")
        : times(least, "at " + least.label()) + " to " + times(greatest, "at " + greatest.label());
  }

  private static String times(Level level, String where) {
    Comparison comparison = level.comparison().orElseThrow();
    String interval =
        comparison.interval().isEmpty()
            ? ""
            : "95% interval "
                + Numbers.ratio(comparison.low())
                + " to "
                + Numbers.ratio(comparison.high());
    String inBrackets =
        Stream.of(where, interval).filter(s -> !s.isEmpty()).collect(Collectors.joining("; "));
    return Numbers.ratio(comparison.ratio())
        + " times"
        + (inBrackets.isEmpty() ? "" : " (" + inBrackets + ")");
  }

  private static String scores(List<Comparison> comparisons) {
    List<Comparison> scored =
        comparisons.stream().filter(one -> one.scoreDifference().isPresent()).toList();
    if (scored.isEmpty()) {
      return "; no scores were compared";
    }
    double least =
        scored.stream().mapToDouble(one -> one.scoreDifference().orElseThrow()).min().orElse(0);
    double greatest =
        scored.stream().mapToDouble(one -> one.scoreDifference().orElseThrow()).max().orElse(0);
    String from = scoreDifference(least);
    String to = scoreDifference(greatest);
    return ", with a score "
        + (from.equals(to) ? from : from + " to " + to)
        + ": "
        + comparable(scored)
        + scored.get(0).scoreMargin().stream()
            .mapToObj(margin -> " at a margin of " + Numbers.score(margin))
            .collect(Collectors.joining());
  }

  private static String comparable(List<Comparison> scored) {
    long comparable = scored.stream().filter(Comparison::comparable).count();
    if (scored.size() == 1) {
      return comparable == 1 ? "comparable" : "not comparable";
    }
    if (comparable == 0) {
      return "not comparable at any level";
    }
    return comparable == scored.size()
        ? "comparable at every level"
        : "comparable at " + comparable + " of " + scored.size() + " levels";
  }

  private static String scoreDifference(double difference) {
    return Numbers.score(Math.abs(difference)) + (difference < 0 ? " lower" : " higher");
  }

  private List<String> speeds() {
    return summary.targets().stream().flatMap(target -> speed(target).stream()).toList();
  }

  private Optional<String> speed(Target target) {
    return Best.of(summary, target)
        .map(
            best ->
                target.name()
                    + " wrote "
                    + (summary.isSweep() ? "at most " : "")
                    + Numbers.measured(best.run().throughput())
                    + " tokens/s at "
                    + best.level().label()
                    + latency(best.run())
                    + best.run().score().stream()
                        .mapToObj(score -> ", with a score of " + Numbers.score(score))
                        .collect(Collectors.joining())
                    + ".");
  }

  private static String latency(Run run) {
    return run.metric("request_latency", "p99").stream()
        .mapToObj(ms -> ", 99% of the requests within " + Numbers.measured(ms) + " ms")
        .collect(Collectors.joining());
  }

  private List<String> failures() {
    long failures = summary.runs().mapToLong(Run::failures).sum();
    long requests = summary.runs().mapToLong(run -> (long) run.number("requests").orElse(0)).sum();
    return failures == 0
        ? List.of()
        : List.of(
            Numbers.measured(failures)
                + (failures == 1 ? " request" : " requests")
                + " failed, beside "
                + Numbers.measured(requests)
                + " that were answered.");
  }

  private List<String> doubts() {
    List<String> sentences = new ArrayList<>();
    where(run -> run.json().path("steady").isBoolean() && !run.json().path("steady").asBoolean())
        .ifPresent(runs -> sentences.add("Not steady, so without weight: " + runs + "."));
    where(run -> run.json().path("driver").path("bottleneck").asBoolean())
        .ifPresent(
            runs ->
                sentences.add(
                    "The driver was the bottleneck, so the target may be faster: " + runs + "."));
    return sentences;
  }

  private Optional<String> where(Predicate<Run> condition) {
    String runs =
        summary.levels().stream()
            .flatMap(
                level ->
                    level.runs().stream()
                        .filter(condition)
                        .map(run -> run.target().name() + " at " + level.label()))
            .collect(Collectors.joining(", "));
    return runs.isEmpty() ? Optional.empty() : Optional.of(runs);
  }
}
