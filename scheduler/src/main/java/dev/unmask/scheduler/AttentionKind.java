package dev.unmask.scheduler;

import java.util.Locale;

/** How the positions of a sequence see each other in the network a model was trained as. */
public enum AttentionKind {
  /** Autoregressive: a position sees itself and what is before it. */
  CAUSAL,
  /** LLaDA, Dream: every position sees every position. */
  FULL,
  /** D2F, SDAR: full within a block, causal between blocks. */
  BLOCK_CAUSAL;

  /** The name used in {@code unmask.json} and on the command line, such as {@code block_causal}. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * Parses an {@link #id()}.
   *
   * @throws UnmaskException INVALID_ARGUMENT for any other text
   */
  public static AttentionKind of(String id) {
    for (AttentionKind kind : values()) {
      if (kind.id().equals(id)) {
        return kind;
      }
    }
    throw UnmaskException.invalid("attention=" + id + " is none of causal, full, block_causal");
  }
}
