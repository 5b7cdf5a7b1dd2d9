package dev.unmask.scheduler;

import dev.unmask.scheduler.parameters.DecodingParameters;
import dev.unmask.scheduler.unmask.Proposals;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Decides what each engine call computes. A step is
 *
 * <pre>{@code
 * StepPlan plan = scheduler.plan();
 * if (plan.rowCount() > 0) {
 *   try {
 *     engine.run(plan, outputs);
 *   } catch (UnmaskException e) {
 *     scheduler.fail(e);
 *   }
 *   scheduler.apply(outputs);    // not after fail
 * }
 * }</pre>
 *
 * <p>Sequences join and leave between steps. Each takes part with one row, whatever its algorithm;
 * what a sequence commits does not depend on what shares its steps. Plan and apply are
 * deterministic.
 *
 * <p>Rows are taken in turn: where the budget of query tokens does not hold all, the next step
 * begins with the first row that was left out, so with n running sequences none is left out of more
 * than n - 1 steps in a row.
 *
 * <p>Owned by one thread. Listeners are told on that thread, within {@link #apply}, {@link #fail},
 * {@link #cancel}, {@link #finish} and {@link #plan}.
 */
public final class BlockScheduler {
  private final ModelTraits model;
  private final SchedulerConfig config;
  private final Map<Long, Entry> entries = new HashMap<>();
  private final ArrayDeque<Entry> waiting = new ArrayDeque<>();
  private final List<Entry> running = new ArrayList<>();
  private final List<Entry> inStep = new ArrayList<>();
  private final int[] freeSlots;
  private int freeSlotCount;
  private final StepPlan plan = new StepPlan();
  private final List<Integer> releasedSlots = new ArrayList<>();
  private final Proposals proposals = new Proposals();
  private int turn;
  private long nextId = 1;

  /** A sequence with the decoder that works on it, which it gets with its slot. */
  private static final class Entry {
    final Sequence sequence;
    final GenerationRequest request;
    Decoder decoder;
    FinishReason requested;

    Entry(Sequence sequence, GenerationRequest request) {
      this.sequence = sequence;
      this.request = request;
    }
  }

  /**
   * @param model what is decoded
   * @param config limits
   */
  public BlockScheduler(ModelTraits model, SchedulerConfig config) {
    this.model = model;
    this.config = config;
    freeSlots = new int[config.maxSequences()];
    for (int slot = config.maxSequences() - 1; slot >= 0; slot--) {
      freeSlots[freeSlotCount++] = slot;
      // The engine may have served another scheduler, whose sequences are gone.
      releasedSlots.add(slot);
    }
  }

  /**
   * Takes a request in.
   *
   * @param request built for this scheduler's model
   * @param listener told what becomes of it
   * @return the sequence's identifier
   * @throws UnmaskException UNAVAILABLE where too many wait already
   */
  public long submit(GenerationRequest request, SequenceListener listener) {
    return submit(request, SubmitOptions.DEFAULT, listener);
  }

  /**
   * Takes a request in.
   *
   * @param request built for this scheduler's model
   * @param options its place among others
   * @param listener told what becomes of it
   * @return the sequence's identifier
   * @throws UnmaskException UNAVAILABLE where too many wait already
   */
  public long submit(GenerationRequest request, SubmitOptions options, SequenceListener listener) {
    if (waiting.size() >= config.maxWaiting()) {
      throw new UnmaskException(
          ErrorCode.UNAVAILABLE, "queue is full: maxWaiting=" + config.maxWaiting());
    }
    long id = nextId++;
    Entry entry = new Entry(new Sequence(id, request, model.maskTokenId(), listener), request);
    entries.put(id, entry);
    waiting.add(entry);
    return id;
  }

  /**
   * Ends a sequence on its caller's behalf; nothing happens where it has ended already.
   *
   * @return whether it was still there
   */
  public boolean cancel(long id) {
    return end(id, FinishReason.CANCELLED);
  }

  /**
   * Ends a sequence because its answer is complete, as when a stop word was found in its text.
   *
   * @return whether it was still there
   */
  public boolean finish(long id) {
    return end(id, FinishReason.STOP);
  }

  private boolean end(long id, FinishReason reason) {
    Entry entry = entries.get(id);
    if (entry == null) {
      return false;
    }
    if (inStep.contains(entry)) {
      // Its row is with the engine, or its listener is being told: leave between steps.
      entry.requested = entry.requested == null ? reason : entry.requested;
    } else {
      retire(entry, reason, null);
    }
    return true;
  }

  /** Sequences that have not ended. */
  public int size() {
    return entries.size();
  }

  /** Sequences that wait for a slot. */
  public int waitingCount() {
    return waiting.size();
  }

  /** Cache slots not in use. */
  public int freeSlots() {
    return freeSlotCount;
  }

  /** Shows every running sequence, in the order in which they started. */
  public void forEachRunning(Consumer<SequenceView> action) {
    for (Entry entry : running) {
      action.accept(entry.sequence);
    }
  }

  /**
   * Plans the next step.
   *
   * @return the plan, valid until the next call; without rows where there is nothing to do
   */
  public StepPlan plan() {
    return plan(System.nanoTime());
  }

  /**
   * Plans the next step.
   *
   * @param nowNanos the time, on any clock that the deadlines of the requests are on
   * @return the plan, valid until the next call; without rows where there is nothing to do
   */
  public StepPlan plan(long nowNanos) {
    if (!inStep.isEmpty()) {
      throw new IllegalStateException("plan before the last step was applied");
    }
    retireRequested();
    admit();
    plan.clear();
    for (int slot : releasedSlots) {
      plan.addReleasedSlot(slot);
    }
    releasedSlots.clear();
    int count = running.size();
    int begin = count == 0 ? 0 : turn % count;
    turn = begin;
    for (int i = 0; i < count; i++) {
      Entry entry = running.get((begin + i) % count);
      if (plan.rowCount() > 0
          && plan.queryCount() + entry.decoder.queryCount() > config.maxQueryTokens()) {
        turn = (begin + i) % count;
        break;
      }
      int before = plan.queryCount();
      entry.decoder.plan(plan);
      entry.sequence.countPass(plan.queryCount() - before);
      inStep.add(entry);
    }
    for (int row = 0; row < inStep.size(); row++) {
      Sequence sequence = inStep.get(row).sequence;
      if (sequence.forwardPasses() == 1) {
        sequence.listener().onScheduled(sequence);
      }
    }
    return plan;
  }

  /** Ends sequences whose end was asked for while their last step was being settled. */
  private void retireRequested() {
    for (int i = running.size() - 1; i >= 0; i--) {
      Entry entry = running.get(i);
      if (entry.requested != null) {
        retire(entry, entry.requested, null);
        i = Math.min(i, running.size());
      }
    }
  }

  private void admit() {
    while (freeSlotCount > 0 && !waiting.isEmpty()) {
      Entry entry = waiting.poll();
      entry.sequence.slot(freeSlots[--freeSlotCount]);
      entry.sequence.transition(SequenceState.RUNNING, null, null);
      entry.decoder = decoder(entry.sequence, entry.request.parameters().decoding());
      running.add(entry);
      if (!entry.decoder.advance()) {
        retire(entry, FinishReason.LENGTH, null);
      }
    }
  }

  private Decoder decoder(Sequence sequence, DecodingParameters decoding) {
    if (decoding instanceof DecodingParameters.Llada llada) {
      return new LladaDecoder(sequence, proposals, llada, model.maskTokenId());
    }
    if (decoding instanceof DecodingParameters.FastDllm fast) {
      return new FastDllmDecoder(sequence, proposals, fast);
    }
    if (decoding instanceof DecodingParameters.D2f d2f) {
      return new D2fDecoder(sequence, proposals, d2f);
    }
    if (decoding instanceof DecodingParameters.BlockDiffusion diffusion) {
      return new BlockDiffusionDecoder(sequence, proposals, diffusion);
    }
    if (decoding instanceof DecodingParameters.Dream dream) {
      return new DreamDecoder(sequence, proposals, dream);
    }
    return new AutoregressiveDecoder(sequence, proposals);
  }

  /**
   * Commits what the engine's outputs decide, tells listeners, and retires what is complete.
   *
   * @param outputs of the last plan, borrowed for the call
   */
  public void apply(StepOutputs outputs) {
    for (int row = 0; row < inStep.size(); row++) {
      Entry entry = inStep.get(row);
      if (entry.requested != null) {
        continue;
      }
      int before = entry.sequence.committedTokens();
      entry.decoder.apply(outputs, plan.outputStart(row));
      if (entry.sequence.committedTokens() > before) {
        entry.sequence.listener().onCommitted(entry.sequence);
      }
    }
    settle();
  }

  /** Ends every sequence of the last plan, whose engine call failed. */
  public void fail(UnmaskException cause) {
    List<Entry> failed = List.copyOf(inStep);
    inStep.clear();
    for (Entry entry : failed) {
      retire(entry, FinishReason.ERROR, cause);
    }
  }

  private void settle() {
    for (int row = 0; row < inStep.size(); row++) {
      Entry entry = inStep.get(row);
      if (entry.requested != null) {
        retire(entry, entry.requested, null);
      } else if (!entry.decoder.advance()) {
        boolean stopped = entry.sequence.stoppedInTime();
        retire(entry, stopped ? FinishReason.STOP : FinishReason.LENGTH, null);
      }
    }
    inStep.clear();
  }

  private void retire(Entry entry, FinishReason reason, UnmaskException cause) {
    Sequence sequence = entry.sequence;
    entries.remove(sequence.id());
    if (sequence.state() == SequenceState.WAITING) {
      waiting.remove(entry);
    } else {
      int index = running.indexOf(entry);
      running.remove(index);
      if (index < turn) {
        turn--;
      }
      freeSlots[freeSlotCount++] = sequence.slot();
      releasedSlots.add(sequence.slot());
    }
    SequenceState state =
        switch (reason) {
          case STOP, LENGTH -> SequenceState.FINISHED;
          case CANCELLED -> SequenceState.CANCELLED;
          case ERROR -> SequenceState.FAILED;
        };
    sequence.transition(state, reason, cause);
    sequence.listener().onFinished(sequence);
  }
}
