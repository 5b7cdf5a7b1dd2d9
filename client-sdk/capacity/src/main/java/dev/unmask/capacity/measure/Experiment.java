package dev.unmask.capacity.measure;

import dev.unmask.capacity.load.Load;
import dev.unmask.capacity.load.LoadDriver;
import dev.unmask.capacity.load.LoadProgress;
import dev.unmask.capacity.load.PromptEntry;
import dev.unmask.capacity.load.PromptSource;
import dev.unmask.capacity.load.RunLimits;
import dev.unmask.capacity.load.RunSamples;
import dev.unmask.capacity.load.Sample;
import dev.unmask.capacity.measure.Level.TargetLevel;
import dev.unmask.capacity.score.Score;
import dev.unmask.capacity.score.Scorer;
import dev.unmask.scheduler.UnmaskException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Measures one target, or several by turns: in their order, then backwards, A B B A, so that what
 * changes on the machine with time falls on all. The n-th runs of all get the same prompts in the
 * same order and the same arrivals. One thread.
 */
public final class Experiment {
  private final List<Subject> subjects;
  private final List<PromptEntry> prompts;
  private final RunLimits limits;
  private final int rounds;
  private final long seed;
  private final Slo slo;
  private final Scorer scorer;
  private final double margin;
  private final Watcher watcher;

  /** Told what is about to be run, and how it goes. */
  public interface Watcher {
    /** A run begins. */
    LoadProgress begin(Load load, Subject subject, int run, int runs);
  }

  /**
   * Makes one.
   *
   * @param subjects at least one
   * @param limits of a run
   * @param rounds of A B B A, where there are several
   * @param margin of the score within which two targets are comparable
   */
  public Experiment(
      List<Subject> subjects,
      List<PromptEntry> prompts,
      RunLimits limits,
      int rounds,
      long seed,
      Slo slo,
      Scorer scorer,
      double margin,
      Watcher watcher) {
    this.subjects = List.copyOf(subjects);
    this.prompts = List.copyOf(prompts);
    this.limits = limits;
    this.rounds = rounds;
    this.seed = seed;
    this.slo = slo;
    this.scorer = scorer;
    this.margin = margin;
    this.watcher = watcher;
  }

  /** Measures at one load. */
  public Level run(Load load) throws InterruptedException {
    Map<Subject, List<RunSamples>> runs = new LinkedHashMap<>();
    List<Subject> order = order();
    for (int i = 0; i < order.size(); i++) {
      Subject subject = order.get(i);
      List<RunSamples> own = runs.computeIfAbsent(subject, s -> new ArrayList<>());
      LoadProgress progress = watcher.begin(load, subject, i + 1, order.size());
      own.add(run(load, subject, own.size(), progress));
    }
    List<TargetLevel> targets = new ArrayList<>();
    for (Map.Entry<Subject, List<RunSamples>> one : runs.entrySet()) {
      targets.add(figures(one.getKey(), one.getValue()));
    }
    return new Level(load, targets, compare(targets));
  }

  private List<Subject> order() {
    if (subjects.size() == 1) {
      return subjects;
    }
    List<Subject> order = new ArrayList<>();
    List<Subject> backwards = new ArrayList<>(subjects);
    Collections.reverse(backwards);
    for (int i = 0; i < rounds; i++) {
      order.addAll(subjects);
      order.addAll(backwards);
    }
    return order;
  }

  /** The n-th runs of both sides are pairs: the same seed. */
  private RunSamples run(Load load, Subject subject, int number, LoadProgress progress)
      throws InterruptedException {
    String prefix = subject.name() + "-" + load.kind() + load.value() + "-" + number + "-";
    RunLimits own = number == 0 ? limits : limits.shortWarmUp();
    LoadDriver driver =
        new LoadDriver(
            subject.target(),
            load,
            own,
            new PromptSource(prompts, seed + number),
            subject.requests(),
            prefix,
            seed + number,
            progress);
    Optional<ServerMetrics.Watch> watch = subject.metrics().map(ServerMetrics::watch);
    RunSamples samples = driver.run();
    watch.ifPresent(ServerMetrics.Watch::stop);
    return samples;
  }

  /** A scorer that fails costs the score and nothing else. */
  private TargetLevel figures(Subject subject, List<RunSamples> runs) throws InterruptedException {
    List<Sample> answered =
        runs.stream()
            .flatMap(run -> run.samples().stream())
            .filter(s -> s.error() == null)
            .toList();
    Optional<Score> score = Optional.empty();
    Optional<String> failure = Optional.empty();
    try {
      score = scorer.score(answered);
    } catch (UnmaskException e) {
      failure = Optional.of(e.getMessage());
    }
    return new TargetLevel(
        subject.name(),
        runs,
        RunFigures.of(runs, slo),
        score,
        failure,
        subject.metrics().map(ServerMetrics::take).orElse(Map.of()));
  }

  private Optional<Comparison> compare(List<TargetLevel> targets) {
    if (targets.size() != 2) {
      return Optional.empty();
    }
    Ratio ratio = Ratio.of(rates(targets.get(0)), rates(targets.get(1)), seed);
    Optional<Score> a = targets.get(0).score();
    Optional<Score> b = targets.get(1).score();
    return Optional.of(Comparison.of(ratio, a, b, margin));
  }

  private static double[] rates(TargetLevel level) {
    return level.runs().stream().mapToDouble(RunFigures::tokenThroughput).toArray();
  }
}
