package dev.unmask.scheduler;

import dev.unmask.scheduler.kv.PrefixIndex;
import dev.unmask.scheduler.parameters.GenerationParameters;
import dev.unmask.scheduler.unmask.BadWords;
import dev.unmask.scheduler.unmask.CounterRandom;
import dev.unmask.scheduler.unmask.Proposals;
import dev.unmask.scheduler.unmask.TokenChooser;
import dev.unmask.scheduler.unmask.TokenRules;

/**
 * One algorithm at work on one sequence. The scheduler calls {@link #advance} once before every
 * {@link #plan}, and {@link #apply} after the pass; nothing of the sequence changes between plan
 * and apply. Single-owner.
 *
 * <p>Cache index and position are the same thing for every algorithm, but for the unconditional
 * copy of classifier-free guidance, which lies behind the sequence.
 */
abstract class Decoder {
  private static final int[] NOTHING = {};

  protected final Sequence sequence;
  protected final GenerationParameters parameters;
  protected final Proposals proposals;
  protected final TokenChooser chooser;
  private final BadWords badWords;
  private final boolean shift;
  private int firstQuery;
  private int firstPosition;

  Decoder(Sequence sequence, Proposals proposals, boolean plainConfidence) {
    this.sequence = sequence;
    this.parameters = sequence.parameters();
    this.proposals = proposals;
    boolean anyWord = parameters.badWords().length > 0;
    this.badWords = anyWord ? new BadWords(parameters.badWords(), sequence) : null;
    TokenRules rules =
        new TokenRules(
            parameters.penalties(), sequence.history(), badWords, sequence.maskTokenId());
    this.chooser = new TokenChooser(parameters.sampling(), plainConfidence, rules);
    this.shift = parameters.shiftLogits();
  }

  /**
   * Makes the transitions that come before a pass, such as opening a block.
   *
   * @return false where the sequence is complete and needs no further pass
   */
  abstract boolean advance();

  /** Query positions of the row that {@link #plan} would add, give or take one. */
  abstract int queryCount();

  /** One past the last cache index that the row of {@link #plan} writes or sees. */
  int cachePositions() {
    return sequence.length();
  }

  /** Adds the sequence's row. */
  abstract void plan(StepPlan plan);

  /** Whether the row of {@link #plan} restores a lost cache and decides nothing. */
  boolean recomputesOnly() {
    return false;
  }

  /** The cache is gone; the next rows restore of it what later passes would have seen. */
  abstract void cacheLost();

  /**
   * How far the positions of this sequence see each other, which decides what other sequences may
   * use of its cache; see {@link PrefixIndex}.
   */
  int reuseGranularity() {
    return PrefixIndex.NEVER;
  }

  /** Leading tokens that are final and whose keys and values may come from another sequence. */
  int restorableEnd() {
    return 0;
  }

  /** Before the first row in a slot: the engine will have put exact keys and values there. */
  void restored(int positions) {
    throw new IllegalStateException("positions=" + positions + " restored, but nothing is exact");
  }

  /** One past the last cache index such that it and all before it are exact and may be shared. */
  int exactEnd() {
    return 0;
  }

  /**
   * Commits what the pass decided.
   *
   * @param outputs of the whole step
   * @param first index of this row's first output; the rest follow in the order planned
   */
  abstract void apply(StepOutputs outputs, int first);

  /** One past the last position that the position may attend to. */
  protected abstract int visibleTo(int position);

  /** Where the logits that predict a position are computed. */
  protected final int predictor(int position) {
    return shift && position > 0 ? position - 1 : position;
  }

  /** Adds a row over positions {@code [from, to)}. */
  protected final void addSpan(StepPlan plan, RowKind kind, int from, int to) {
    plan.beginRow(sequence.slot(), kind, from);
    firstQuery = plan.queryCount();
    firstPosition = from;
    for (int position = from; position < to; position++) {
      plan.addQuery(sequence.tokenId(position), position, 0, visibleTo(position));
    }
  }

  /** Asks for the candidates of every masked position in {@code [from, to)}. */
  protected final void addOutputs(StepPlan plan, int from, int to) {
    for (int position = from; position < to; position++) {
      if (sequence.isMasked(position)) {
        plan.addOutput(firstQuery + predictor(position) - firstPosition);
      }
    }
  }

  /**
   * Proposes the token of every masked position in {@code [from, to)}, ranked by {@link #score}.
   *
   * @param first index of the first position's output
   * @return index of the output after the last position's
   */
  protected final int propose(StepOutputs outputs, int first, int from, int to) {
    int o = first;
    proposals.clear();
    for (int position = from; position < to; position++) {
      if (sequence.isMasked(position)) {
        choose(outputs, o, position);
        proposals.add(position, o++, chooser.token(), chooser.confidence(), score(position));
      }
    }
    return o;
  }

  /** Rank of the position whose token was just chosen; higher ones are committed first. */
  protected double score(int position) {
    return chooser.confidence();
  }

  /** A uniform draw for a position in this pass. */
  protected final double randomScore(int position) {
    return CounterRandom.uniform(
        parameters.sampling().seed(), CounterRandom.POSITION, position, sequence.forwardPasses());
  }

  /** Chooses the token of a position; read the result from {@link #chooser}. */
  protected final void choose(StepOutputs outputs, int o, int position) {
    chooser.choose(outputs, o, suppressed(position), position, sequence.forwardPasses());
  }

  /** Tokens that may not be committed at a position. */
  protected int[] suppressed(int position) {
    return position - sequence.responseStart() < parameters.minTokens()
        ? parameters.stopTokenIds()
        : NOTHING;
  }

  /**
   * Commits the chosen proposals, which these outputs were proposed from. Where there are bad words
   * the most certain positions go first and keep their tokens. One whose token would complete a bad
   * word with those is no longer chosen and waits for the next pass, which sees what was committed;
   * where it may not wait it takes the next best token. The first always keeps its token, so every
   * pass that chooses something commits something.
   */
  protected final void commitChosen(StepOutputs outputs) {
    if (badWords != null) {
      commitAroundBadWords(outputs);
      return;
    }
    for (int i = 0; i < proposals.count(); i++) {
      if (proposals.chosen(i)) {
        commit(i, outputs);
      }
    }
  }

  private void commitAroundBadWords(StepOutputs outputs) {
    for (int i = nextToCommit(); i >= 0; i = nextToCommit()) {
      int position = proposals.position(i);
      boolean forbidden = badWords.forbids(proposals.token(i), position);
      if (forbidden && mayWait()) {
        proposals.withdraw(i);
        continue;
      }
      if (forbidden) {
        choose(outputs, proposals.output(i), position);
        proposals.replace(i, chooser.token());
      }
      commit(i, outputs);
    }
  }

  /** The chosen proposal of highest score not committed yet, leftmost among equals; -1 for none. */
  private int nextToCommit() {
    int next = -1;
    for (int i = 0; i < proposals.count(); i++) {
      if (proposals.chosen(i)
          && sequence.isMasked(proposals.position(i))
          && (next < 0 || proposals.score(i) > proposals.score(next))) {
        next = i;
      }
    }
    return next;
  }

  private void commit(int i, StepOutputs outputs) {
    sequence.commit(proposals.position(i), proposals.token(i), outputs, proposals.output(i));
  }

  /** Whether a chosen position may stay masked: whether further passes come until none is. */
  protected boolean mayWait() {
    return true;
  }
}
