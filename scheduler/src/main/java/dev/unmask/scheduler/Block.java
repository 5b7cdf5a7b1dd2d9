package dev.unmask.scheduler;

/** One block of a sequence: consecutive positions that are denoised together. Single-owner. */
final class Block {
  final int start;
  final int end;
  private BlockState state = BlockState.DENOISING;
  private boolean fullyActivated;
  private int masksLeft;
  private boolean passed;

  /** A block of positions {@code [start, end)}, of which {@code masksLeft} are masked. */
  Block(int start, int end, int masksLeft) {
    this.start = start;
    this.end = end;
    this.masksLeft = masksLeft;
  }

  BlockState state() {
    return state;
  }

  int masksLeft() {
    return masksLeft;
  }

  /** Share of positions without a mask. */
  double committedShare() {
    return (end - start - masksLeft) / (double) (end - start);
  }

  boolean fullyActivated() {
    return fullyActivated;
  }

  void activateFully() {
    fullyActivated = true;
  }

  /** Counts a pass; whether it is the first. */
  boolean firstPass() {
    boolean first = !passed;
    passed = true;
    return first;
  }

  void committed(int positions) {
    masksLeft -= positions;
    if (masksLeft < 0) {
      throw new IllegalStateException("block [" + start + ", " + end + ") lost track of its masks");
    }
  }

  void transition(BlockState next) {
    if (next.ordinal() != state.ordinal() + 1) {
      throw new IllegalStateException(
          "block [" + start + ", " + end + "): " + state + " to " + next);
    }
    state = next;
  }
}
