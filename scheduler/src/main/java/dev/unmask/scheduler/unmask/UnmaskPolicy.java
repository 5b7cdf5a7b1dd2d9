package dev.unmask.scheduler.unmask;

/** Decides which proposals of a denoising step become final. */
@FunctionalInterface
public interface UnmaskPolicy {
  /**
   * Marks the positions to commit.
   *
   * @param proposals the masked positions, none marked yet
   * @param quota how many positions the step's schedule would commit; policies without a schedule
   *     ignore it
   */
  void choose(Proposals proposals, int quota);
}
