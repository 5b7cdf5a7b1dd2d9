package dev.unmask.scheduler;

import java.util.Arrays;

/**
 * What one engine call computes: a ragged batch of rows, one per sequence that takes part in the
 * step. It is the only thing that crosses from the scheduler to an engine.
 *
 * <p>A row covers the consecutive cache indices {@code [cacheStart, cacheStart + queryCount)} of
 * its slot: the engine embeds the row's tokens, writes their keys and values at those indices (in
 * place, replacing what was there), and lets query position i attend to the cache indices {@code
 * [visibleFrom(i), visibleTo(i))} of the same slot, which may include the indices written by this
 * very row. Every attention kind in use is such a range: causal (to = own index + 1), full (to =
 * length), block-causal (to = end of the own block), and the two halves of classifier-free guidance
 * (conditional and unconditional copies in one slot, each seeing only itself).
 *
 * <p>For the positions named by {@code output(...)} the engine returns candidates in {@link
 * StepOutputs}, in the order in which they were named.
 *
 * <p>A plan is a reusable flyweight: the scheduler owns it, fills it in {@code plan}, and the
 * engine borrows it until {@code apply}. All accessors return views of internal arrays that are
 * valid only until the next {@code plan}. Not thread-safe; one thread owns scheduler and engine.
 *
 * <p>After a sequence ends or is preempted, its slot is listed once in {@link #releasedSlot(int)}
 * of the next plan; the engine may then forget what the slot's cache held.
 *
 * <p>A plan may also keep keys and values beyond the life of a sequence: a save copies the first
 * positions of a slot into an entry that the engine holds apart from the slots, a restore copies
 * the first positions of an entry into a slot, a drop forgets an entry. The engine works in this
 * order: drops, saves (of what earlier plans left in the slots), releases, restores (into slots
 * whose first row is in this plan), rows.
 */
public final class StepPlan {
  private int rowCount;
  private int[] rowSlot = new int[8];
  private RowKind[] rowKind = new RowKind[8];
  private int[] rowCacheStart = new int[8];
  private int[] rowQueryStart = new int[9];
  private int[] rowOutputStart = new int[9];

  private int queryCount;
  private int[] tokenIds = new int[256];
  private int[] positionIds = new int[256];
  private int[] visibleFrom = new int[256];
  private int[] visibleTo = new int[256];

  private int outputCount;
  private int[] outputQuery = new int[256];
  private int[] outputUnconditionalQuery = new int[256];
  private float[] outputGuidance = new float[256];

  private int releasedCount;
  private int[] releasedSlots = new int[8];

  private final Transfers saves = new Transfers();
  private final Transfers restores = new Transfers();
  private int droppedCount;
  private int[] droppedEntries = new int[8];

  /** Copies of the first positions between slots and entries. */
  private static final class Transfers {
    int count;
    int[] slots = new int[4];
    int[] entries = new int[4];
    int[] positions = new int[4];

    void add(int slot, int entry, int length) {
      if (count == slots.length) {
        slots = Arrays.copyOf(slots, count * 2);
        entries = Arrays.copyOf(entries, count * 2);
        positions = Arrays.copyOf(positions, count * 2);
      }
      slots[count] = slot;
      entries[count] = entry;
      positions[count] = length;
      count++;
    }
  }

  /** Empties the plan, the lists of released slots and of transfers included. */
  public void clear() {
    rowCount = 0;
    queryCount = 0;
    outputCount = 0;
    releasedCount = 0;
    saves.count = 0;
    restores.count = 0;
    droppedCount = 0;
  }

  /**
   * Starts a row; the query positions and outputs added next belong to it.
   *
   * @param slot the sequence's cache slot, {@code 0 <= slot < EngineCapabilities.maxSequences}
   * @param kind why the row runs, for statistics
   * @param cacheStart cache index of the row's first query position
   */
  public void beginRow(int slot, RowKind kind, int cacheStart) {
    if (rowCount == rowSlot.length) {
      int capacity = rowCount * 2;
      rowSlot = Arrays.copyOf(rowSlot, capacity);
      rowKind = Arrays.copyOf(rowKind, capacity);
      rowCacheStart = Arrays.copyOf(rowCacheStart, capacity);
      rowQueryStart = Arrays.copyOf(rowQueryStart, capacity + 1);
      rowOutputStart = Arrays.copyOf(rowOutputStart, capacity + 1);
    }
    rowSlot[rowCount] = slot;
    rowKind[rowCount] = kind;
    rowCacheStart[rowCount] = cacheStart;
    rowQueryStart[rowCount] = queryCount;
    rowOutputStart[rowCount] = outputCount;
    rowCount++;
    rowQueryStart[rowCount] = queryCount;
    rowOutputStart[rowCount] = outputCount;
  }

  /**
   * Adds the next query position of the current row.
   *
   * @param tokenId token to embed
   * @param positionId position for the rotary embedding
   * @param from first cache index it attends to
   * @param to one past the last cache index it attends to; {@code to > from}
   * @return the query index, counted over the whole plan
   */
  public int addQuery(int tokenId, int positionId, int from, int to) {
    int i = queryCount;
    if (i == tokenIds.length) {
      int capacity = i * 2;
      tokenIds = Arrays.copyOf(tokenIds, capacity);
      positionIds = Arrays.copyOf(positionIds, capacity);
      visibleFrom = Arrays.copyOf(visibleFrom, capacity);
      visibleTo = Arrays.copyOf(visibleTo, capacity);
    }
    tokenIds[i] = tokenId;
    positionIds[i] = positionId;
    visibleFrom[i] = from;
    visibleTo[i] = to;
    queryCount = i + 1;
    rowQueryStart[rowCount] = queryCount;
    return i;
  }

  /**
   * Asks for the candidates of a query position of the current row.
   *
   * @param query the query index that {@link #addQuery} returned
   * @return the output index, counted over the whole plan
   */
  public int addOutput(int query) {
    return addGuidedOutput(query, query, 1f);
  }

  /**
   * Asks for the candidates of a query position under classifier-free guidance: of the logits
   * {@code Lu + guidance * (Lc - Lu)}.
   *
   * @param conditional query index whose logits are Lc
   * @param unconditional query index whose logits are Lu, in the same row
   * @param guidance the factor, {@code cfg_scale + 1}
   * @return the output index, counted over the whole plan
   */
  public int addGuidedOutput(int conditional, int unconditional, float guidance) {
    int i = outputCount;
    if (i == outputQuery.length) {
      int capacity = i * 2;
      outputQuery = Arrays.copyOf(outputQuery, capacity);
      outputUnconditionalQuery = Arrays.copyOf(outputUnconditionalQuery, capacity);
      outputGuidance = Arrays.copyOf(outputGuidance, capacity);
    }
    outputQuery[i] = conditional;
    outputUnconditionalQuery[i] = unconditional;
    outputGuidance[i] = guidance;
    outputCount = i + 1;
    rowOutputStart[rowCount] = outputCount;
    return i;
  }

  /** Records that the slot's sequence has ended. */
  public void addReleasedSlot(int slot) {
    if (releasedCount == releasedSlots.length) {
      releasedSlots = Arrays.copyOf(releasedSlots, releasedCount * 2);
    }
    releasedSlots[releasedCount++] = slot;
  }

  /**
   * Asks for a copy of a slot's cache that outlives its sequence.
   *
   * @param slot a slot that earlier plans wrote
   * @param entry the scheduler's name of the copy, not in use
   * @param positions cache indices {@code [0, positions)} are copied
   */
  public void addSave(int slot, int entry, int positions) {
    saves.add(slot, entry, positions);
  }

  /**
   * Asks for an entry's keys and values in a slot.
   *
   * @param entry saved by this or an earlier plan and not dropped
   * @param slot a slot whose first row is in this plan, at {@code cacheStart <= positions}
   * @param positions cache indices {@code [0, positions)} are copied, at most what was saved
   */
  public void addRestore(int entry, int slot, int positions) {
    restores.add(slot, entry, positions);
  }

  /**
   * Records that an entry is no longer needed. An engine passes over one that it does not hold: the
   * first plan of a scheduler, and the first after a failure, drop every entry they may come to
   * use.
   */
  public void addDrop(int entry) {
    if (droppedCount == droppedEntries.length) {
      droppedEntries = Arrays.copyOf(droppedEntries, droppedCount * 2);
    }
    droppedEntries[droppedCount++] = entry;
  }

  /** Whether the engine has nothing to do: neither rows nor slots or entries to look after. */
  public boolean isEmpty() {
    return rowCount + releasedCount + saves.count + restores.count + droppedCount == 0;
  }

  /** Number of saves. */
  public int saveCount() {
    return saves.count;
  }

  /** Slot that a save copies from. */
  public int saveSlot(int index) {
    return saves.slots[index];
  }

  /** Entry that a save makes. */
  public int saveEntry(int index) {
    return saves.entries[index];
  }

  /** Positions that a save copies. */
  public int savePositions(int index) {
    return saves.positions[index];
  }

  /** Number of restores. */
  public int restoreCount() {
    return restores.count;
  }

  /** Slot that a restore copies into. */
  public int restoreSlot(int index) {
    return restores.slots[index];
  }

  /** Entry that a restore copies from. */
  public int restoreEntry(int index) {
    return restores.entries[index];
  }

  /** Positions that a restore copies. */
  public int restorePositions(int index) {
    return restores.positions[index];
  }

  /** Number of entries dropped since the last plan. */
  public int droppedCount() {
    return droppedCount;
  }

  /** An entry dropped since the last plan. */
  public int droppedEntry(int index) {
    return droppedEntries[index];
  }

  /**
   * Number of rows; 0 means that there is nothing to compute, though {@link #isEmpty} may say no.
   */
  public int rowCount() {
    return rowCount;
  }

  /** Cache slot of a row. */
  public int slot(int row) {
    return rowSlot[row];
  }

  /** Kind of a row. */
  public RowKind kind(int row) {
    return rowKind[row];
  }

  /** Cache index of a row's first query position. */
  public int cacheStart(int row) {
    return rowCacheStart[row];
  }

  /** Query index of a row's first query position; {@code queryStart(rowCount())} is the total. */
  public int queryStart(int row) {
    return rowQueryStart[row];
  }

  /** Number of query positions of a row, at least 1. */
  public int queryCount(int row) {
    return rowQueryStart[row + 1] - rowQueryStart[row];
  }

  /** Output index of a row's first output; {@code outputStart(rowCount())} is the total. */
  public int outputStart(int row) {
    return rowOutputStart[row];
  }

  /** Number of outputs of a row; 0 for a row that only fills the cache. */
  public int outputCount(int row) {
    return rowOutputStart[row + 1] - rowOutputStart[row];
  }

  /** Query positions of all rows. */
  public int queryCount() {
    return queryCount;
  }

  /** Outputs of all rows. */
  public int outputCount() {
    return outputCount;
  }

  /** Token of a query position. */
  public int tokenId(int query) {
    return tokenIds[query];
  }

  /** Position id of a query position. */
  public int positionId(int query) {
    return positionIds[query];
  }

  /** First cache index a query position attends to. */
  public int visibleFrom(int query) {
    return visibleFrom[query];
  }

  /** One past the last cache index a query position attends to. */
  public int visibleTo(int query) {
    return visibleTo[query];
  }

  /** Query index of an output. */
  public int outputQuery(int output) {
    return outputQuery[output];
  }

  /**
   * Query index of an output's unconditional half; equal to {@link #outputQuery} without guidance.
   */
  public int outputUnconditionalQuery(int output) {
    return outputUnconditionalQuery[output];
  }

  /** Guidance factor of an output, {@code cfg_scale + 1}; 1 without guidance. */
  public float outputGuidance(int output) {
    return outputGuidance[output];
  }

  /** Number of slots released since the last plan. */
  public int releasedCount() {
    return releasedCount;
  }

  /** A slot released since the last plan; it may be in use again by a row of this plan. */
  public int releasedSlot(int index) {
    return releasedSlots[index];
  }
}
