package dev.unmask.scheduler;

import dev.unmask.scheduler.parameters.DecodingParameters.D2f;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Decides what each engine call computes. A step is
 *
 * <pre>{@code
 * StepPlan plan = scheduler.plan(nowNanos);
 * if (!plan.isEmpty()) {
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
 * what a sequence commits does not depend on what shares its steps, on whether it was preempted, or
 * on what was kept of earlier requests (an adaptive {@link LookAhead} and {@code look_ahead=batch}
 * excepted, which say so). Plan and apply are deterministic.
 *
 * <p><b>Memory.</b> A waiting sequence is admitted while a slot is free and its next row leaves the
 * watermark free; the first in the queue waits for its memory and holds back those behind it. Where
 * the rows of the running sequences outgrow the budget, saved entries go first and then the running
 * sequence of lowest priority, the youngest among equals: it waits again and recomputes its cache
 * when it is back. One sequence at least is never preempted, the first by priority and age.
 *
 * <p><b>No starvation.</b> With n slots: a running sequence takes part in one of any n consecutive
 * steps, since rows are taken in turn and a step begins with the first row that the budget of query
 * tokens left out of the last one. A sequence is overtaken when one that was submitted later is
 * admitted while it waits, and when it is preempted. After {@code maxOvertaken} times it is
 * promoted for good: from then on only promoted sequences that were submitted before it are
 * admitted before it or take its memory. So a sequence with e unfinished ones submitted before it
 * is admitted after at most {@code (e + maxOvertaken) * S} steps, where S is the most rows that one
 * of those takes: each step in which it waits computes one of their rows at least.
 *
 * <p>Owned by one thread. Listeners are told on that thread, within {@link #plan}, {@link #apply},
 * {@link #fail}, {@link #cancel} and {@link #finish}.
 */
public final class BlockScheduler {
  private final ModelTraits model;
  private final SchedulerConfig config;
  private final KvMemory memory;
  private final ActiveBlockLimit activeBlocks;
  private final Residency residency;
  private final RunningTasks running = new RunningTasks();
  private final Openings openings;
  private final Deadlines deadlines = new Deadlines();
  private final Map<Long, Task> tasks = new LinkedHashMap<>();
  private final List<Task> inStep = new ArrayList<>();
  private final StepPlan plan = new StepPlan();
  private long nextId = 1;
  private long steps;
  private long passes;

  /**
   * A scheduler for one engine session. The first plan releases what the session may still hold of
   * another scheduler.
   *
   * @param model what is decoded
   * @param config limits
   */
  public BlockScheduler(ModelTraits model, SchedulerConfig config) {
    this.model = model;
    this.config = config;
    memory = new KvMemory(config);
    activeBlocks = new ActiveBlockLimit(config.lookAhead());
    openings = new Openings(config.passCosts(), running);
    residency =
        new Residency(
            memory,
            new DecoderFactory(model.maskTokenId(), activeBlocks, openings),
            running,
            config.maxOvertaken(),
            task -> retire(task, FinishReason.LENGTH, null));
  }

  /** Whether a request cannot be submitted before {@link #passCosts} was told what passes cost. */
  public boolean needsPassCosts(GenerationRequest request) {
    return request.parameters().decoding() instanceof D2f d2f && !openings.ready(d2f);
  }

  /**
   * Refuses what {@link #submit} would refuse now.
   *
   * @throws UnmaskException as {@link #submit}
   */
  public void checkSubmit(GenerationRequest request) {
    memory.checkFits(request);
    if (residency.newcomers() >= config.maxWaiting()) {
      throw new UnmaskException(
          ErrorCode.UNAVAILABLE, "queue is full: maxWaiting=" + config.maxWaiting());
    }
  }

  /** Tells what passes cost, for the requests that are submitted from now on. */
  public void passCosts(PassCosts costs) {
    openings.costs(costs);
  }

  /**
   * Gives the engine away between steps: running sequences wait again and recompute their caches,
   * what was kept is forgotten, and the next plan releases every slot and entry.
   */
  public void yieldEngine() {
    if (!inStep.isEmpty()) {
      throw new IllegalStateException("the engine is given away before the step was applied");
    }
    residency.preemptAll();
    memory.forgetEngine();
  }

  /** Takes a request in, with {@link SubmitOptions#DEFAULT}. */
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
   * @throws UnmaskException UNAVAILABLE where too many wait for their first step already (those
   *     that were preempted had theirs); INVALID_ARGUMENT where prompt and response exceed the KV
   *     pool
   */
  public long submit(GenerationRequest request, SubmitOptions options, SequenceListener listener) {
    checkSubmit(request);
    if (needsPassCosts(request)) {
      throw new IllegalStateException("look_ahead by cost, but what passes cost is not known");
    }
    long id = nextId++;
    Sequence sequence = new Sequence(id, request, model.maskTokenId(), listener);
    Task task = new Task(sequence, options);
    tasks.put(id, task);
    residency.add(task);
    deadlines.add(task);
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
    Task task = tasks.get(id);
    if (task == null) {
      return false;
    }
    if (task.inStep) {
      // Its row is with the engine, or its listener is being told: leave between steps.
      task.requested = task.requested == null ? reason : task.requested;
    } else {
      retire(task, reason, null);
    }
    return true;
  }

  /** Sequences that have not ended. */
  public int size() {
    return tasks.size();
  }

  /** Sequences that wait for a slot. */
  public int waitingCount() {
    return residency.waitingCount();
  }

  /** Cache slots not in use. */
  public int freeSlots() {
    return memory.freeSlots();
  }

  /** What is held now and what was done so far, for metrics. */
  public SchedulerStats stats() {
    return new SchedulerStats(
        residency.waitingCount(),
        running.size(),
        memory.pool().totalBlocks(),
        memory.pool().usedBlocks(),
        memory.pool().entryBlocks(),
        memory.reuse().entries(),
        steps,
        passes,
        residency.preemptions(),
        memory.reuse().hits(),
        memory.reuse().reusedTokens(),
        openings.declined());
  }

  /** Shows every running sequence, in the order in which they started. */
  public void forEachRunning(Consumer<SequenceView> action) {
    for (int i = 0; i < running.size(); i++) {
      action.accept(running.get(i).sequence);
    }
  }

  /**
   * Plans the next step by the system's clock.
   *
   * @return as {@link #plan(long)}
   */
  public StepPlan plan() {
    return plan(System.nanoTime());
  }

  /**
   * Plans the next step. A sequence whose deadline has come, waiting or running, fails with
   * UNAVAILABLE, and its memory serves this very plan.
   *
   * @param nowNanos the time, on any clock that the deadlines of the requests are on
   * @return the plan, valid until the next call; to be run unless {@link StepPlan#isEmpty}, though
   *     it may have no rows
   */
  public StepPlan plan(long nowNanos) {
    if (!inStep.isEmpty()) {
      throw new IllegalStateException("plan before the last step was applied");
    }
    endRequested();
    expire(nowNanos);
    plan.clear();
    residency.allot();
    activeBlocks.running(running.size());
    addRows();
    memory.write(plan);
    announce();
    return plan;
  }

  /** Ends sequences whose end was asked for while their last step was being settled. */
  private void endRequested() {
    for (Task task = running.requested(); task != null; task = running.requested()) {
      retire(task, task.requested, null);
    }
  }

  private void expire(long nowNanos) {
    for (Task task : deadlines.expired(nowNanos, tasks.values())) {
      // The listener of one may have ended another.
      if (!task.sequence.state().terminal()) {
        retire(task, FinishReason.ERROR, Deadlines.error(task));
      }
    }
  }

  private void addRows() {
    int count = running.size();
    int next = 0;
    for (int i = 0; i < count; i++) {
      Task task = running.inTurn(i);
      Decoder decoder = task.decoder;
      if (plan.rowCount() > 0
          && plan.queryCount() + decoder.queryCount() > config.maxQueryTokens()) {
        next = i;
        break;
      }
      int before = plan.queryCount();
      memory.start(task, plan);
      decoder.plan(plan);
      int queries = plan.queryCount() - before;
      if (plan.kind(plan.rowCount() - 1) != RowKind.PREFILL) {
        task.lastQueries = queries;
      }
      if (decoder.recomputesOnly()) {
        task.sequence.countRecompute(queries);
      } else {
        task.sequence.countPass(queries);
      }
      task.inStep = true;
      inStep.add(task);
    }
    running.nextTurn(next);
    passes += inStep.size();
    steps += inStep.isEmpty() ? 0 : 1;
  }

  private void announce() {
    for (int row = 0; row < inStep.size(); row++) {
      Task task = inStep.get(row);
      if (!task.announced) {
        task.announced = true;
        task.sequence.listener().onScheduled(task.sequence);
      }
    }
  }

  /**
   * Commits what the engine's outputs decide, tells listeners, and retires what is complete.
   *
   * @param outputs of the last plan, borrowed for the call
   */
  public void apply(StepOutputs outputs) {
    for (int row = 0; row < inStep.size(); row++) {
      Task task = inStep.get(row);
      if (task.requested != null) {
        continue;
      }
      int before = task.sequence.committedTokens();
      task.decoder.apply(outputs, plan.outputStart(row));
      if (!task.promptOffered) {
        task.promptOffered = true;
        memory.offer(task);
      }
      if (task.sequence.committedTokens() > before) {
        task.sequence.listener().onCommitted(task.sequence);
      }
    }
    settle();
  }

  private void settle() {
    for (int row = 0; row < inStep.size(); row++) {
      Task task = inStep.get(row);
      if (task.requested != null) {
        retire(task, task.requested, null);
      } else if (!task.decoder.advance()) {
        boolean stopped = task.sequence.stoppedInTime();
        retire(task, stopped ? FinishReason.STOP : FinishReason.LENGTH, null);
      }
    }
    clearStep();
  }

  /**
   * Ends every sequence of the last plan, whose engine call failed. What the engine's memory holds
   * is then unknown: the next plan clears it, and the other running sequences are recomputed.
   */
  public void fail(UnmaskException cause) {
    List<Task> failed = List.copyOf(inStep);
    for (Task task : failed) {
      retire(task, FinishReason.ERROR, cause);
    }
    clearStep();
    residency.preemptAll();
    memory.forgetEngine();
  }

  private void clearStep() {
    for (int row = 0; row < inStep.size(); row++) {
      inStep.get(row).inStep = false;
    }
    inStep.clear();
  }

  private void retire(Task task, FinishReason reason, UnmaskException cause) {
    Sequence sequence = task.sequence;
    tasks.remove(sequence.id());
    residency.remove(task);
    SequenceState state =
        switch (reason) {
          case STOP, LENGTH -> SequenceState.FINISHED;
          case CANCELLED -> SequenceState.CANCELLED;
          case ERROR -> SequenceState.FAILED;
        };
    sequence.transition(state, reason, cause);
    sequence.listener().onFinished(sequence);
  }

  /**
   * Counts again what is held, for tests.
   *
   * @throws IllegalStateException where counts do not balance or exceed the budget
   */
  void validate() {
    memory.validate();
    int waiting = residency.waitingCount();
    if (running.size() + waiting != tasks.size()
        || running.size() + memory.freeSlots() != config.maxSequences()) {
      throw new IllegalStateException(
          "running=" + running.size() + " waiting=" + waiting + " of " + tasks.size());
    }
  }
}
