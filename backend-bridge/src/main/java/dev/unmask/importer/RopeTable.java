package dev.unmask.importer;

/**
 * Cosines and sines of the rotary embedding, computed in double precision.
 *
 * @param inverseFrequencies one per pair of dimensions, scaling applied
 * @param attentionFactor multiplied into both
 */
record RopeTable(double[] inverseFrequencies, double attentionFactor) {

  /** Cosines [positions, head_dim / 2]. */
  Payload cosines(int positions) {
    return Payload.generated(
        (long) positions * inverseFrequencies.length,
        i -> (float) (Math.cos(angle(i)) * attentionFactor));
  }

  /** Sines [positions, head_dim / 2]. */
  Payload sines(int positions) {
    return Payload.generated(
        (long) positions * inverseFrequencies.length,
        i -> (float) (Math.sin(angle(i)) * attentionFactor));
  }

  private double angle(long index) {
    long position = index / inverseFrequencies.length;
    return position * inverseFrequencies[(int) (index % inverseFrequencies.length)];
  }
}
