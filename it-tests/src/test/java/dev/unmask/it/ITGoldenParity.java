package dev.unmask.it;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unmask.scheduler.SequenceView;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every recorded run of the published samplers, decoded again: the same tokens and no more forward
 * passes, alone and in mixed batches. A run may differ by ties of float32 confidences, and only
 * where {@link TieOracle} shows them. {@code -Dunmask.golden.every=8} takes every eighth run only.
 */
class ITGoldenParity {
  private static final int EVERY = Integer.getInteger("unmask.golden.every", 1);

  private static final List<String> FILES =
      List.of(
          "ar.jsonl", "llada.jsonl", "fast_dllm.jsonl", "d2f.jsonl", "sdar.jsonl", "dream.jsonl");

  /** The files to decode alone; {@code -Dgolden=dream.jsonl} picks one. */
  static List<String> files() {
    return System.getProperty("golden") == null ? FILES : List.of(System.getProperty("golden"));
  }

  @ParameterizedTest
  @MethodSource("files")
  void alone_sameTokensInNoMorePasses(String file) throws Exception {
    GoldenComparison.of(lines(file)).report(file);
  }

  private static List<GoldenLine> lines(String file) {
    return GoldenLine.read(file, EVERY);
  }

  /** Lines of one model that share an engine. */
  private record Batch(List<GoldenLine> lines, int size) {}

  @Test
  void mixedBatches_sameTokensAsAlone() throws Exception {
    Queue<String> failures = new ConcurrentLinkedQueue<>();
    List<Batch> batches = batches();
    GoldenDecoder.forEach(
        batches,
        (decoder, batch) -> {
          List<SequenceView> views = decoder.together(batch.lines(), batch.size());
          for (int i = 0; i < views.size(); i++) {
            GoldenLine line = batch.lines().get(i);
            int[] actual = views.get(i).responseIds();
            if (!Arrays.equals(line.outputIds(), actual)
                && !Arrays.equals(decoder.alone(line).responseIds(), actual)) {
              failures.add(
                  "batch of "
                      + batch.size()
                      + ": "
                      + line
                      + " "
                      + GoldenComparison.difference(line.outputIds(), actual));
            }
          }
        });
    int runs = batches.stream().mapToInt(batch -> batch.lines().size()).sum();
    System.out.println("mixed batches: " + runs + " runs");
    assertTrue(
        failures.isEmpty(), () -> failures.size() + " differ:\n" + String.join("\n", failures));
  }

  /**
   * Every third of the stable lines by model, in random order, in batches of 2 to 8 with as many
   * again behind them.
   */
  private static List<Batch> batches() {
    List<Batch> batches = new ArrayList<>();
    for (String model : List.of("tiny_ar", "tiny_llada", "tiny_d2f")) {
      List<GoldenLine> lines = new ArrayList<>();
      for (String file : FILES) {
        GoldenLine.read(file, 3 * EVERY).stream()
            .filter(line -> line.model().equals(model) && line.stable())
            .forEach(lines::add);
      }
      Collections.shuffle(lines, new Random(20261122));
      int size = 2;
      while (!lines.isEmpty()) {
        List<GoldenLine> members = lines.subList(0, Math.min(2 * size, lines.size()));
        batches.add(new Batch(List.copyOf(members), size));
        members.clear();
        size = size == 8 ? 2 : size + 1;
      }
    }
    return batches;
  }
}
