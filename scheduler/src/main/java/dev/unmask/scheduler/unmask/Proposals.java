package dev.unmask.scheduler.unmask;

import java.util.Arrays;

/**
 * The masked positions a denoising step may commit, in ascending order of position, with the token
 * each would take. A policy marks the chosen ones. Reused from step to step; single-threaded.
 */
public final class Proposals {
  private int count;
  private int[] positions = new int[64];
  private int[] outputs = new int[64];
  private int[] tokens = new int[64];
  private double[] probabilities = new double[64];
  private double[] scores = new double[64];
  private boolean[] chosen = new boolean[64];
  private int chosenCount;

  /** Empties the list. */
  public void clear() {
    count = 0;
    chosenCount = 0;
  }

  /**
   * Adds a masked position.
   *
   * @param position where
   * @param output index of the engine's output that predicts it
   * @param token the token it would take
   * @param probability what thresholds are held against
   * @param score what positions are ranked by, higher first
   */
  public void add(int position, int output, int token, double probability, double score) {
    if (count == positions.length) {
      int capacity = count * 2;
      positions = Arrays.copyOf(positions, capacity);
      outputs = Arrays.copyOf(outputs, capacity);
      tokens = Arrays.copyOf(tokens, capacity);
      probabilities = Arrays.copyOf(probabilities, capacity);
      scores = Arrays.copyOf(scores, capacity);
      chosen = Arrays.copyOf(chosen, capacity);
    }
    positions[count] = position;
    outputs[count] = output;
    tokens[count] = token;
    probabilities[count] = probability;
    scores[count] = score;
    chosen[count] = false;
    count++;
  }

  /** Number of positions. */
  public int count() {
    return count;
  }

  /** Position of entry {@code i}. */
  public int position(int i) {
    return positions[i];
  }

  /** Index of the output that predicts entry {@code i}. */
  public int output(int i) {
    return outputs[i];
  }

  /** Token of entry {@code i}. */
  public int token(int i) {
    return tokens[i];
  }

  /** Probability of entry {@code i}. */
  public double probability(int i) {
    return probabilities[i];
  }

  /** Score of entry {@code i}. */
  public double score(int i) {
    return scores[i];
  }

  /** Whether entry {@code i} was chosen. */
  public boolean chosen(int i) {
    return chosen[i];
  }

  /** Number of chosen entries. */
  public int chosenCount() {
    return chosenCount;
  }

  /** Marks entry {@code i}. */
  public void choose(int i) {
    if (!chosen[i]) {
      chosen[i] = true;
      chosenCount++;
    }
  }

  /** Unmarks entry {@code i}. */
  public void withdraw(int i) {
    if (chosen[i]) {
      chosen[i] = false;
      chosenCount--;
    }
  }

  /** Gives entry {@code i} another token. */
  public void replace(int i, int token) {
    tokens[i] = token;
  }

  /** Unmarks every entry. */
  public void chooseNone() {
    Arrays.fill(chosen, 0, count, false);
    chosenCount = 0;
  }

  /** The entry of highest score that is not chosen yet, the leftmost among equals; -1 for none. */
  public int best() {
    int best = -1;
    for (int i = 0; i < count; i++) {
      if (!chosen[i] && (best < 0 || scores[i] > scores[best])) {
        best = i;
      }
    }
    return best;
  }

  /** Chooses up to {@code n} more entries, highest score first, leftmost among equals. */
  public void chooseBest(int n) {
    if (n >= count - chosenCount) {
      for (int i = 0; i < count; i++) {
        choose(i);
      }
      return;
    }
    for (int k = 0; k < n; k++) {
      choose(best());
    }
  }
}
