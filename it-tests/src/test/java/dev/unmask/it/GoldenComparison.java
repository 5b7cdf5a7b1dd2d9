package dev.unmask.it;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unmask.bridge.engine.EngineSession;
import dev.unmask.scheduler.SequenceView;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/** Recorded runs decoded again, each alone, and how they differ. */
final class GoldenComparison {
  private final int runs;
  private final Queue<String> bugs = new ConcurrentLinkedQueue<>();
  private final Queue<String> ties = new ConcurrentLinkedQueue<>();
  private final AtomicLong saved = new AtomicLong();

  private GoldenComparison(int runs) {
    this.runs = runs;
  }

  /** Decodes lines on the engine that is the default. */
  static GoldenComparison of(List<GoldenLine> lines) throws Exception {
    return of(lines, model -> BundledModelFixture.open(model, GoldenDecoder.SLOTS));
  }

  /** Decodes lines on the engines that {@code opener} opens by model. */
  static GoldenComparison of(List<GoldenLine> lines, Function<String, EngineSession> opener)
      throws Exception {
    GoldenComparison comparison = new GoldenComparison(lines.size());
    GoldenDecoder.forEach(lines, opener, comparison::compare);
    return comparison;
  }

  private void compare(GoldenDecoder decoder, GoldenLine line) {
    SequenceView view = decoder.alone(line);
    saved.addAndGet(line.forwardPasses() - view.forwardPasses());
    if (view.forwardPasses() > line.forwardPasses()) {
      bugs.add(line + " took " + view.forwardPasses() + " passes, not " + line.forwardPasses());
    }
    if (!Arrays.equals(line.outputIds(), view.responseIds())) {
      String what = line + " " + difference(line.outputIds(), view.responseIds());
      String tie = decoder.tie(line);
      if (tie == null) {
        bugs.add(what + decoder.trace(line));
      } else {
        ties.add(what + tie);
      }
    }
  }

  /** Prints the counts and fails where a run differs by anything but ties. */
  void report(String what) {
    System.out.printf(
        "%s: %d runs, %d ties, %d passes fewer%n", what, runs, ties.size(), saved.get());
    ties.forEach(tie -> System.out.println("tie: " + tie));
    assertTrue(bugs.isEmpty(), () -> bugs.size() + " differ:\n" + String.join("\n", bugs));
  }

  /** Positions at which two answers differ, in words. */
  static String difference(int[] expected, int[] actual) {
    if (expected.length != actual.length) {
      return "length " + actual.length + ", not " + expected.length + " ";
    }
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < expected.length; i++) {
      if (expected[i] != actual[i]) {
        text.append(i).append(':').append(expected[i]).append("->").append(actual[i]).append(' ');
      }
    }
    return text.toString();
  }
}
