package dev.unmask.scheduler;

import dev.unmask.scheduler.kv.KvPool;
import dev.unmask.scheduler.kv.PrefixIndex.Match;
import java.util.Arrays;

/**
 * Cache slots and the budget of KV blocks: what each running task holds, and what the next plan
 * must tell the engine of it. Single-owner.
 *
 * <p>Engines save before they release and drop before they save. So a prefix may be saved from a
 * slot whose sequence has ended, and the memory of an evicted entry serves the same plan.
 */
final class KvMemory {
  private final KvPool pool;
  private final KvReuse reuse;
  private final long watermarkBlocks;
  private final int[] freeSlots;
  private int freeSlotCount;

  /** By slot: whether its sequence has had a row since it got the slot. */
  private final boolean[] started;

  /** By slot: what its first row starts from; pinned until that row is planned. */
  private final Match[] restores;

  /** By slot: whether the next plan releases it. */
  private final boolean[] released;

  KvMemory(SchedulerConfig config) {
    int slots = config.maxSequences();
    pool = new KvPool(config.kvPositions(), slots);
    reuse = new KvReuse(pool, config.reuseEntries());
    watermarkBlocks = (long) Math.ceil(pool.totalBlocks() * config.watermark());
    freeSlots = new int[slots];
    for (int slot = slots - 1; slot >= 0; slot--) {
      freeSlots[freeSlotCount++] = slot;
    }
    started = new boolean[slots];
    restores = new Match[slots];
    released = new boolean[slots];
    forgetEngine();
  }

  KvPool pool() {
    return pool;
  }

  KvReuse reuse() {
    return reuse;
  }

  int freeSlots() {
    return freeSlotCount;
  }

  /**
   * Refuses a request that would not fit if it had everything.
   *
   * @throws UnmaskException INVALID_ARGUMENT
   */
  void checkFits(GenerationRequest request) {
    if (KvPool.blocks(request.cachePositions()) > pool.totalBlocks()) {
      throw UnmaskException.invalid(
          "prompt and response need "
              + request.cachePositions()
              + " cache positions, the KV pool has "
              + pool.totalBlocks() * KvPool.BLOCK);
    }
  }

  /**
   * Gives a task a slot and memory for its next row, if there is enough above the watermark; saved
   * entries give way, least recently used first.
   *
   * @param alone whether nothing else runs, so that the watermark is of no use
   */
  boolean admit(Task task, boolean alone) {
    if (freeSlotCount == 0) {
      return false;
    }
    int positions = task.decoder.cachePositions();
    long room = pool.totalBlocks() - (alone ? 0 : watermarkBlocks) - pool.rowBlocksWith(positions);
    if (reuse.pinnedBlocks() > room) {
      return false;
    }
    Match match = reuse.match(task, room);
    while (pool.entryBlocks() > room) {
      reuse.evict();
    }
    int slot = freeSlots[--freeSlotCount];
    task.sequence.slot(slot);
    pool.hold(slot, positions);
    started[slot] = false;
    restores[slot] = match;
    if (match != null) {
      task.decoder.restored(match.positions());
    }
    return true;
  }

  /** Grows a running task's row to what its next pass needs; may exceed the budget. */
  void grow(Task task) {
    pool.hold(task.sequence.slot(), task.decoder.cachePositions());
  }

  /** Takes a task's slot and memory back; what it offered is still saved by the next plan. */
  void release(Task task) {
    int slot = task.sequence.slot();
    pool.release(slot);
    if (restores[slot] != null) {
      unpin(slot);
    }
    released[slot] = true;
    freeSlots[freeSlotCount++] = slot;
    task.sequence.slot(-1);
  }

  private void unpin(int slot) {
    restores[slot].entry().unpin();
    restores[slot] = null;
  }

  /** Puts what the first row of a task needs into the plan, beside that row. */
  void start(Task task, StepPlan plan) {
    int slot = task.sequence.slot();
    if (!started[slot] && restores[slot] != null) {
      reuse.restore(task, restores[slot], plan);
    }
    started[slot] = true;
  }

  /** Offers a running task's exact keys and values, of passes that were applied, to later ones. */
  void offer(Task task) {
    if (started[task.sequence.slot()]) {
      reuse.offer(task);
    }
  }

  /** Completes a plan whose rows are known: what to drop, to save and to release. */
  void write(StepPlan plan) {
    reuse.write(plan);
    for (int slot = 0; slot < released.length; slot++) {
      if (released[slot]) {
        plan.addReleasedSlot(slot);
        released[slot] = false;
      }
      if (started[slot] && restores[slot] != null) {
        unpin(slot);
      }
    }
    pool.planned();
  }

  /**
   * Assumes nothing of the engine's memory: the next plan releases every slot and drops every
   * entry. No task may hold a slot.
   */
  void forgetEngine() {
    reuse.forgetEngine();
    Arrays.fill(released, true);
  }

  /**
   * Counts again what is held.
   *
   * @throws IllegalStateException where counts do not balance or exceed the budget
   */
  void validate() {
    pool.validate();
    reuse.validate();
    int pending = 0;
    for (Match match : restores) {
      pending += match == null ? 0 : 1;
    }
    boolean pinsBalance = pending > 0 || reuse.pinnedBlocks() == 0;
    if (pool.rows() + freeSlotCount != freeSlots.length || !pinsBalance) {
      throw new IllegalStateException(
          "rows=" + pool.rows() + " freeSlots=" + freeSlotCount + " restores=" + pending);
    }
  }
}
