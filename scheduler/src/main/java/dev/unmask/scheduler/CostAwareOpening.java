package dev.unmask.scheduler;

/**
 * Opens a block where the tokens that it is expected to commit cost no more than they would later.
 *
 * <p>With or without looking ahead, the blocks of an answer need the same tokens; looking ahead
 * moves some of a block's passes from the time when it is in front to the time when others are, and
 * makes those longer. Opening a block of B positions now rather than a pass later adds {@code
 * t(Q+B) - t(Q)} to this pass of Q positions, and does a share {@code a} of the block. In front the
 * block would have a share {@code f} done in a pass of its own, of about {@code t(Q)} for each
 * sequence that has to wait for it. So it pays while its commits per millisecond are no fewer:
 *
 * <pre>{@code
 * a * B / (t(Q + B) - t(Q))  >=  f * B / (t(Q) / sequences)
 * }</pre>
 *
 * <p>{@code a} is the share that a block's first pass does where the blocks before it are expected
 * to end with this pass, so that there is no other; where they are not, it is what a further pass
 * adds, since the first one can be had later. Blocks once opened stay. Both shares come from {@link
 * BlockYields}, which begins with assumptions under which a block is opened before the last pass of
 * the others wherever {@code t(Q+B) <= 2 t(Q)}, and earlier where a pass is hardly longer for it.
 *
 * <p>The thresholds of D2F are Discrete Diffusion Forcing's (Wang et al., 2025); this rule only
 * declines what they allow. It is our own, not published: t is constant on the hardware that D2F
 * was measured on.
 *
 * <p><b>Alone</b> ({@code look_ahead=cost}) Q is the sequence's own row, one sequence waits, and
 * the shares are those of its own passes. With one {@link PassCosts} the tokens of a request then
 * do not depend on what shares its steps. <b>In a batch</b> ({@code look_ahead=batch}) Q is the
 * last row of every sequence that runs, all of them wait, and the shares are those of all such
 * requests so far: what a request commits depends on the load and on requests before it.
 */
final class CostAwareOpening implements Opening {
  private final PassCosts costs;
  private final BlockYields yields;
  private final Counts counts;

  /** Null where the sequence decides for itself alone. */
  private final RunningTasks batch;

  /** Counts over all sequences. Single-owner. */
  static final class Counts {
    long declined;
  }

  CostAwareOpening(PassCosts costs, BlockYields yields, RunningTasks batch, Counts counts) {
    this.costs = costs;
    this.yields = yields;
    this.batch = batch;
    this.counts = counts;
  }

  @Override
  public boolean pays(int queries, int blockSize, int depth, int masksBefore) {
    int sequences = batch == null ? 1 : Math.max(1, batch.size());
    int positions = batch == null ? queries : Math.max(queries, batch.lastQueries());
    double front = yields.front();
    boolean last = masksBefore * (1 - front) < 1;
    double pass = costs.millis(positions);
    double added = costs.millis(positions + blockSize) - pass;
    boolean pays = yields.ahead(depth, last) * pass >= front * added * sequences;
    counts.declined += pays ? 0 : 1;
    return pays;
  }

  @Override
  public void beginPass() {
    yields.beginPass();
  }

  @Override
  public void observe(int depth, boolean first, int masked, int committed) {
    yields.observe(depth, first, masked, committed);
  }
}
