package dev.unmask.scheduler;

import dev.unmask.scheduler.kv.KvPool;
import dev.unmask.scheduler.kv.PrefixIndex;
import dev.unmask.scheduler.kv.PrefixIndex.Entry;
import dev.unmask.scheduler.kv.PrefixIndex.Match;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Keys and values that outlive the sequences which computed them: what new sequences start from,
 * what ending ones leave, and what the engine is told of it. Takes what the rows leave of the pool
 * and gives way to them. Single-owner.
 */
final class KvReuse {
  private final KvPool pool;
  private final PrefixIndex index;
  private final boolean enabled;

  /** By id: entries that the next plan drops. */
  private final boolean[] dropped;

  private final List<Save> offered = new ArrayList<>();
  private final List<Entry> saved = new ArrayList<>();
  private long hits;
  private long reusedTokens;

  /** A prefix that a slot holds and that later requests may want. */
  private record Save(int slot, int granularity, int[] tokens, int positions) {}

  /**
   * Nothing kept yet.
   *
   * @param pool which the entries are counted in
   * @param capacity entries at most; 0 for no reuse
   */
  KvReuse(KvPool pool, int capacity) {
    this.pool = pool;
    index = new PrefixIndex(capacity);
    enabled = capacity > 0;
    dropped = new boolean[capacity];
  }

  int entries() {
    return index.size();
  }

  long hits() {
    return hits;
  }

  long reusedTokens() {
    return reusedTokens;
  }

  /** Blocks of entries that live sequences are about to start from. */
  long pinnedBlocks() {
    return index.pinnedBlocks();
  }

  /**
   * What a task can start from, pinned until {@link Entry#unpin}.
   *
   * @param room blocks that entries may take beside the rows
   * @return null where nothing is kept or it would not fit
   */
  Match match(Task task, long room) {
    int granularity = task.decoder.reuseGranularity();
    if (!enabled || granularity == PrefixIndex.NEVER) {
      return null;
    }
    Match match = index.find(granularity, task.sequence.tokens(), task.decoder.restorableEnd());
    if (match != null) {
      match.entry().pin();
      if (index.pinnedBlocks() > room) {
        match.entry().unpin();
        return null;
      }
    }
    return match;
  }

  /** Puts a restore into the plan that has the task's first row. */
  void restore(Task task, Match match, StepPlan plan) {
    plan.addRestore(match.entry().id(), task.sequence.slot(), match.positions());
    task.sequence.reused(match.positions());
    hits++;
    reusedTokens += match.positions();
  }

  /** Evicts the least recently used entry; false where there is none that may go. */
  boolean evict() {
    Entry entry = index.evict();
    if (entry == null) {
      return false;
    }
    drop(entry);
    return true;
  }

  private void drop(Entry entry) {
    pool.removeEntry(entry.positions());
    dropped[entry.id()] = true;
  }

  /** Offers the exact keys and values in a task's slot, of passes that were applied. */
  void offer(Task task) {
    int granularity = task.decoder.reuseGranularity();
    if (!enabled || granularity == PrefixIndex.NEVER) {
      return;
    }
    int end = task.decoder.exactEnd();
    if (end >= PrefixIndex.MIN_POSITIONS) {
      offered.add(new Save(task.sequence.slot(), granularity, task.sequence.tokens(), end));
    }
  }

  /** Completes a plan whose rows are known: saves what was offered and fits, drops what went. */
  void write(StepPlan plan) {
    for (int i = 0; i < offered.size(); i++) {
      save(offered.get(i), plan);
    }
    offered.clear();
    for (int i = 0; i < saved.size(); i++) {
      saved.get(i).unpin();
    }
    saved.clear();
    for (int id = 0; id < dropped.length; id++) {
      if (dropped[id]) {
        plan.addDrop(id);
        dropped[id] = false;
      }
    }
  }

  /** Saves where it adds something and fits beside the rows, at the cost of older entries. */
  private void save(Save save, StepPlan plan) {
    if (index.covers(save.granularity, save.tokens, save.positions)
        || !pool.fitsEntry(save.positions, index.pinnedBlocks())) {
      return;
    }
    Entry continued = index.removeContinued(save.granularity, save.tokens, save.positions);
    if (continued != null) {
      drop(continued);
    }
    while (index.full() || !pool.fitsEntry(save.positions, pool.entryBlocks())) {
      if (!evict()) {
        return;
      }
    }
    Entry entry = index.add(save.granularity, save.tokens, save.positions);
    pool.addEntry(entry.positions());
    // A drop of the same plan would come before the save.
    entry.pin();
    saved.add(entry);
    plan.addSave(save.slot, entry.id(), save.positions);
  }

  /** Forgets all entries, none of which is pinned; the next plan drops every id. */
  void forgetEngine() {
    while (evict()) {
      continue;
    }
    offered.clear();
    Arrays.fill(dropped, true);
  }

  void validate() {
    index.validate();
  }
}
