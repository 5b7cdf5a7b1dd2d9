package dev.unmask.scheduler;

/**
 * What a scheduler holds at one moment, and what it has done since it was made. Immutable; any
 * thread.
 *
 * @param waiting sequences without a slot, preempted ones included
 * @param running sequences with a slot
 * @param kvBlocksTotal KV blocks of the budget, of {@value dev.unmask.scheduler.kv.KvPool#BLOCK}
 *     positions each; {@code Long.MAX_VALUE / 32} where there is no limit
 * @param kvBlocksUsed KV blocks of live rows and saved entries
 * @param kvBlocksSaved KV blocks of saved entries alone
 * @param savedEntries prefixes kept for later requests
 * @param steps engine calls with rows
 * @param passes forward passes over all sequences: rows of all steps
 * @param preemptions times a running sequence lost its cache to others
 * @param reuseHits admissions that started from a saved entry
 * @param reusedTokens positions that those did not compute
 * @param lookAheadDeclined times a block was not opened because it would not have paid
 */
public record SchedulerStats(
    int waiting,
    int running,
    long kvBlocksTotal,
    long kvBlocksUsed,
    long kvBlocksSaved,
    int savedEntries,
    long steps,
    long passes,
    long preemptions,
    long reuseHits,
    long reusedTokens,
    long lookAheadDeclined) {

  /** KV blocks that neither rows nor entries take. */
  public long kvBlocksFree() {
    return kvBlocksTotal - kvBlocksUsed;
  }
}
