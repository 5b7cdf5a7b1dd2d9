package dev.unmask.bridge.engine;

import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.PassCosts;
import dev.unmask.scheduler.RowKind;
import dev.unmask.scheduler.StepOutputs;
import dev.unmask.scheduler.StepPlan;
import dev.unmask.scheduler.UnmaskException;
import java.util.Arrays;

/**
 * Times forward passes of a session in slot 0, over made-up tokens. For the thread that owns the
 * session, between steps and while no sequence holds a slot; what the slot held is lost, and {@link
 * #release} gives its memory back.
 */
public final class PassTimer {
  /** Positions of passes that are timed for {@link PassCosts}, as far as they are affordable. */
  private static final int[] QUERIES = {1, 8, 16, 32, 64, 96, 128, 192, 256};

  /** Of these, how many are timed whatever they take: two blocks of 32. */
  private static final int FEWEST = 5;

  /** Positions in the cache before a pass that is timed for {@link PassCosts}. */
  private static final int CACHED = 64;

  private static final int MOST_ROUNDS = 9;
  private static final int FEWEST_ROUNDS = 2;

  /** Token ids that every model has. */
  private static final int TOKENS = 700;

  private final EngineSession engine;
  private final int vocabulary;
  private final StepOutputs outputs;

  /**
   * Makes one.
   *
   * @param engine borrowed
   * @param vocabulary token ids of its model
   */
  public PassTimer(EngineSession engine, int vocabulary) {
    this.engine = engine;
    this.vocabulary = Math.min(TOKENS, vocabulary);
    EngineCapabilities capabilities = engine.capabilities();
    this.outputs = new StepOutputs(capabilities.candidateCount(), capabilities.specialTokenIds());
  }

  /**
   * A pass of one row.
   *
   * @param cached positions before it, which passes have filled
   * @param queries its positions, each of which sees all
   * @param onlyLast whether only the last one has an output, as where a causal model decodes
   */
  public StepPlan plan(int cached, int queries, boolean onlyLast) {
    StepPlan plan = new StepPlan();
    plan.beginRow(0, RowKind.DENOISE, cached);
    for (int i = 0; i < queries; i++) {
      int query = plan.addQuery((cached + i) % vocabulary, cached + i, 0, cached + queries);
      if (!onlyLast || i == queries - 1) {
        int unused = plan.addOutput(query);
      }
    }
    return plan;
  }

  /** Runs a plan; returns how long that took, in nanoseconds. */
  public long time(StepPlan plan) {
    long begin = System.nanoTime();
    engine.run(plan, outputs);
    return System.nanoTime() - begin;
  }

  /**
   * Median time of a plan after two runs that do not count, in nanoseconds.
   *
   * @param runs that count at most
   * @param mostNanos after which no further run is begun, but for the first three
   */
  public long median(StepPlan plan, int runs, long mostNanos) {
    long unused = time(plan) + time(plan);
    long[] nanos = new long[runs];
    long start = System.nanoTime();
    int count = 0;
    while (count < runs && (count < 3 || System.nanoTime() - start < mostNanos)) {
      nanos[count++] = time(plan);
    }
    return quantile(nanos, count, 2);
  }

  private static long quantile(long[] nanos, int count, int part) {
    long[] sorted = Arrays.copyOf(nanos, count);
    Arrays.sort(sorted);
    return sorted[count / part];
  }

  /**
   * What passes of 1 to 256 positions cost: lower quartiles over rounds of all of them, so that
   * what disturbs a round, as compilation does the first, counts little and for all alike. Of a
   * model whose passes take long only those of up to 64 positions are timed, in three rounds of
   * which the first does not count.
   *
   * @param entries prefixes that the session may hold for a scheduler; they are dropped
   * @param mostNanos after which no further round is begun, and no larger pass tried
   * @throws UnmaskException where the engine fails
   */
  public PassCosts costs(int entries, long mostNanos) {
    clear(entries);
    PassCosts costs;
    try {
      costs = timed(mostNanos);
    } catch (RuntimeException | Error e) {
      try {
        release();
      } catch (RuntimeException second) {
        e.addSuppressed(second);
      }
      throw e;
    }
    release();
    return costs;
  }

  private PassCosts timed(long mostNanos) {
    EngineCapabilities capabilities = engine.capabilities();
    int context = (int) Math.min(capabilities.maxContext(), capabilities.kvPositions());
    int cached = Math.min(CACHED, context / 4);
    long start = System.nanoTime();
    long unused = time(plan(0, cached, true));
    StepPlan[] plans = new StepPlan[QUERIES.length];
    int points = 0;
    // The first runs do not count; they tell what is affordable.
    while (points < QUERIES.length
        && cached + QUERIES[points] <= context
        && (points < FEWEST || System.nanoTime() - start < mostNanos / 4)) {
      plans[points] = plan(cached, QUERIES[points], false);
      try {
        unused = time(plans[points]);
      } catch (UnmaskException e) {
        if (points < 2 || e.code() != ErrorCode.INVALID_ARGUMENT) {
          throw e;
        }
        // An engine may take shorter rows only.
        break;
      }
      points++;
    }
    long[][] nanos = new long[points][MOST_ROUNDS];
    int rounds = 0;
    while (rounds < MOST_ROUNDS
        && (rounds < FEWEST_ROUNDS || System.nanoTime() - start < mostNanos)) {
      for (int i = 0; i < points; i++) {
        nanos[i][rounds] = time(plans[i]);
      }
      rounds++;
    }
    double[] millis = new double[points];
    for (int i = 0; i < points; i++) {
      millis[i] = Math.max(1, quantile(nanos[i], rounds, 4)) / 1e6;
    }
    // Rounded as it is shown: who takes that for a setting gets the same decisions.
    return PassCosts.parse(PassCosts.of(Arrays.copyOf(QUERIES, points), millis).toString());
  }

  private void clear(int entries) {
    StepPlan plan = new StepPlan();
    for (int slot = 0; slot < engine.capabilities().maxSequences(); slot++) {
      plan.addReleasedSlot(slot);
    }
    for (int entry = 0; entry < entries; entry++) {
      plan.addDrop(entry);
    }
    long unused = time(plan);
  }

  /** Gives the memory of the slot back. */
  public void release() {
    StepPlan plan = new StepPlan();
    plan.addReleasedSlot(0);
    long unused = time(plan);
  }
}
