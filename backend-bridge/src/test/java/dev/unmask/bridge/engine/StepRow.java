package dev.unmask.bridge.engine;

import dev.unmask.scheduler.RowKind;
import dev.unmask.scheduler.StepPlan;
import java.util.Arrays;
import java.util.Random;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;

/**
 * One row of a plan, as the contract tests write it. Outputs are all its positions unless chosen.
 *
 * @param positions position id of each token
 * @param from first visible cache index, by the query's own cache index
 * @param to one past the last visible cache index, by the query's own cache index
 * @param outputs offsets within the row whose outputs are wanted, in that order
 */
record StepRow(
    int slot,
    int start,
    int[] tokens,
    int[] positions,
    IntUnaryOperator from,
    IntUnaryOperator to,
    int[] outputs) {

  /** A row whose positions see {@code [0, visibleTo)}. */
  static StepRow full(int slot, int start, int[] tokens, int visibleTo) {
    return new StepRow(
        slot,
        start,
        tokens,
        IntStream.range(start, start + tokens.length).toArray(),
        index -> 0,
        index -> visibleTo,
        IntStream.range(0, tokens.length).toArray());
  }

  /** A row whose positions see what is before them and themselves. */
  static StepRow causal(int slot, int start, int[] tokens) {
    return full(slot, start, tokens, 0).seeing(index -> 0, index -> index + 1);
  }

  StepRow seeing(IntUnaryOperator visibleFrom, IntUnaryOperator visibleTo) {
    return new StepRow(slot, start, tokens, positions, visibleFrom, visibleTo, outputs);
  }

  StepRow at(int... positionIds) {
    return new StepRow(slot, start, tokens, positionIds, from, to, outputs);
  }

  StepRow wanting(int... offsets) {
    return new StepRow(slot, start, tokens, positions, from, to, offsets);
  }

  StepRow inSlot(int other) {
    return new StepRow(other, start, tokens, positions, from, to, outputs);
  }

  void addTo(StepPlan plan) {
    plan.beginRow(slot, RowKind.DENOISE, start);
    int[] queries = new int[tokens.length];
    for (int i = 0; i < tokens.length; i++) {
      int index = start + i;
      queries[i] =
          plan.addQuery(tokens[i], positions[i], from.applyAsInt(index), to.applyAsInt(index));
    }
    for (int offset : outputs) {
      plan.addOutput(queries[offset]);
    }
  }

  /** Tokens that depend on the seed only; a longer sequence begins like a shorter one. */
  static int[] randomTokens(long seed, int length) {
    return new Random(seed).ints(length, 0, 200).toArray();
  }

  /** A part of a token sequence. */
  static int[] part(int[] tokens, int from, int to) {
    return Arrays.copyOfRange(tokens, from, to);
  }
}
