package dev.unmask.scheduler;

import dev.unmask.scheduler.parameters.GenerationParameters;
import dev.unmask.scheduler.unmask.TokenHistory;
import java.util.Arrays;

/**
 * Tokens, masks and life cycle of one request. Mask state is kept beside the tokens, so the literal
 * mask token may occur in a prompt or be predicted. Mutable, owned by the scheduler.
 */
final class Sequence implements SequenceView {
  private final long id;
  private final GenerationParameters parameters;
  private final SequenceListener listener;
  private final int maskTokenId;
  private final boolean infill;
  private final int promptTokens;
  private final int responseStart;
  private final TokenLogprobs logprobs;

  /** Null where no token is penalised. */
  private final TokenHistory history;

  private int[] tokens;
  private boolean[] masked;
  private int[] committedInPass;
  private int length;
  private int committedEnd;
  private int stopPosition = -1;
  private int committedTokens;

  private SequenceState state = SequenceState.WAITING;
  private FinishReason finishReason;
  private UnmaskException error;
  private int slot = -1;
  private int forwardPasses;
  private long queryTokens;
  private int preemptions;
  private int reusedTokens;

  Sequence(long id, GenerationRequest request, int maskTokenId, SequenceListener listener) {
    this.id = id;
    this.parameters = request.parameters();
    this.listener = listener;
    this.maskTokenId = maskTokenId;
    this.infill = request.masked() != null;
    int given = request.tokenIds().length;
    int capacity = infill ? given : given + parameters.maxTokens();
    tokens = Arrays.copyOf(request.tokenIds(), capacity);
    masked = new boolean[capacity];
    committedInPass = new int[capacity];
    length = given;
    int masks = 0;
    int first = given;
    if (infill) {
      for (int i = given - 1; i >= 0; i--) {
        if (request.masked()[i]) {
          tokens[i] = maskTokenId;
          masked[i] = true;
          masks++;
          first = i;
        }
      }
    }
    promptTokens = given - masks;
    responseStart = first;
    committedEnd = first;
    logprobs = new TokenLogprobs(parameters.logprobs(), first);
    history = parameters.penalties().neutral() ? null : historyOfGiven();
  }

  private TokenHistory historyOfGiven() {
    TokenHistory given = new TokenHistory();
    for (int position = 0; position < length; position++) {
      if (!masked[position]) {
        given.addPrompt(tokens[position]);
      }
    }
    return given;
  }

  /** Opens response positions, all masked. */
  void appendMasks(int count) {
    int end = length + count;
    if (end > tokens.length) {
      tokens = Arrays.copyOf(tokens, end);
      masked = Arrays.copyOf(masked, end);
      committedInPass = Arrays.copyOf(committedInPass, end);
    }
    Arrays.fill(tokens, length, end, maskTokenId);
    Arrays.fill(masked, length, end, true);
    length = end;
  }

  /** Drops every position from {@code end} on. */
  void truncate(int end) {
    for (int position = end; history != null && position < length; position++) {
      if (!masked[position]) {
        history.retract(tokens[position]);
      }
    }
    length = end;
    committedEnd = Math.min(committedEnd, end);
  }

  /**
   * Writes a final token at a masked position.
   *
   * @param outputs of the pass that decided it, borrowed for the call
   * @param o the output that predicted the position
   */
  void commit(int position, int token, StepOutputs outputs, int o) {
    if (!masked[position]) {
      throw new IllegalStateException("position " + position + " is committed twice");
    }
    masked[position] = false;
    tokens[position] = token;
    committedInPass[position] = forwardPasses;
    committedTokens++;
    if (history != null) {
      history.commit(token);
    }
    logprobs.record(position, token, outputs, o, tokens.length);
    while (committedEnd < length && !masked[committedEnd]) {
      if (stopPosition < 0 && !infill && parameters.isStop(tokens[committedEnd])) {
        stopPosition = committedEnd;
      }
      committedEnd++;
    }
  }

  /** Refuses to leave a terminal state. */
  void transition(SequenceState next, FinishReason reason, UnmaskException cause) {
    if (state.terminal()) {
      throw new IllegalStateException("Sequence<" + id + ">: " + state + " to " + next);
    }
    state = next;
    finishReason = reason;
    error = cause;
  }

  void countPass(int queries) {
    forwardPasses++;
    queryTokens += queries;
    if (history != null) {
      history.beginPass();
    }
  }

  /** What penalties look at, as it stood before the current pass; null where there are none. */
  TokenHistory history() {
    return history;
  }

  /** Counts a pass that restores the cache and decides nothing: no draw depends on it. */
  void countRecompute(int queries) {
    queryTokens += queries;
  }

  /** Goes back to waiting, with all tokens and no cache. */
  void preempted() {
    transition(SequenceState.WAITING, null, null);
    preemptions++;
  }

  /** Counts positions whose first pass was saved; those of a recomputed prompt do not count. */
  void reused(int positions) {
    if (forwardPasses == 0) {
      reusedTokens = Math.min(positions, promptTokens);
    }
  }

  /** Tokens from position 0 on, {@link #length} of them in use. Not to be modified. */
  int[] tokens() {
    return tokens;
  }

  /** What stood at a position when a forward pass was computed, from 1. */
  int tokenIdInPass(int position, int pass) {
    return committedInPass[position] >= pass ? maskTokenId : tokens[position];
  }

  SequenceState state() {
    return state;
  }

  /** Token fed at masked positions; -1 for none. */
  int maskTokenId() {
    return maskTokenId;
  }

  SequenceListener listener() {
    return listener;
  }

  int slot() {
    return slot;
  }

  void slot(int newSlot) {
    slot = newSlot;
  }

  @Override
  public long id() {
    return id;
  }

  @Override
  public GenerationParameters parameters() {
    return parameters;
  }

  @Override
  public int promptTokens() {
    return promptTokens;
  }

  @Override
  public int responseStart() {
    return responseStart;
  }

  @Override
  public int length() {
    return length;
  }

  @Override
  public int tokenId(int position) {
    return tokens[position];
  }

  @Override
  public boolean isMasked(int position) {
    return masked[position];
  }

  @Override
  public int committedInPass(int position) {
    return committedInPass[position];
  }

  @Override
  public int committedEnd() {
    return committedEnd;
  }

  @Override
  public int answerEnd() {
    int end = stopPosition >= 0 ? stopPosition : committedEnd;
    return infill ? end : Math.min(end, responseStart + parameters.maxTokens());
  }

  @Override
  public boolean stopped() {
    return stopPosition >= 0;
  }

  /**
   * Whether the end token lies within max_tokens, so that it and not the length ended the answer.
   */
  boolean stoppedInTime() {
    return stopPosition >= 0 && stopPosition < responseStart + parameters.maxTokens();
  }

  @Override
  public int[] answerIds() {
    return Arrays.copyOfRange(tokens, responseStart, answerEnd());
  }

  @Override
  public int[] responseIds() {
    return Arrays.copyOfRange(tokens, responseStart, length);
  }

  @Override
  public boolean isInfill() {
    return infill;
  }

  @Override
  public FinishReason finishReason() {
    return finishReason;
  }

  @Override
  public UnmaskException error() {
    return error;
  }

  @Override
  public int forwardPasses() {
    return forwardPasses;
  }

  @Override
  public long queryTokens() {
    return queryTokens;
  }

  @Override
  public int committedTokens() {
    return committedTokens;
  }

  @Override
  public double logprob(int position) {
    return logprobs.logprob(position);
  }

  @Override
  public int rank(int position) {
    return logprobs.rank(position);
  }

  @Override
  public int alternatives() {
    return logprobs.alternatives();
  }

  @Override
  public int alternativeId(int position, int i) {
    return logprobs.alternativeId(position, i);
  }

  @Override
  public double alternativeLogprob(int position, int i) {
    return logprobs.alternativeLogprob(position, i);
  }

  @Override
  public int preemptions() {
    return preemptions;
  }

  @Override
  public int reusedTokens() {
    return reusedTokens;
  }
}
