package dev.unmask.scheduler;

/** Life of a block of response positions. */
public enum BlockState {
  /** It holds masks and is denoised in every pass of its sequence. */
  DENOISING,
  /** It holds no masks; its cached keys and values, if any, were computed while it did. */
  RESOLVED,
  /** Its keys and values come from a pass over its final tokens and are exact. */
  COMMITTED
}
