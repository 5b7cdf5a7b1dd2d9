package dev.unmask.scheduler;

/** Why a row of a {@link StepPlan} computes its query positions. */
public enum RowKind {
  /** First pass over a prompt; its keys and values enter the cache. */
  PREFILL,
  /** A pass over positions whose cached keys and values are approximate and are replaced. */
  REFRESH,
  /** A pass whose outputs decide which masked positions are committed. */
  DENOISE,
  /** A pass over final tokens only, so that their keys and values become exact. */
  COMMIT
}
