package dev.unmask.scheduler;

import java.util.Locale;

/** Why a sequence ended. */
public enum FinishReason {
  /** An end token or a stop word. */
  STOP,
  /** The response has the length that was asked for. */
  LENGTH,
  /** The caller cancelled it. */
  CANCELLED,
  /** The engine failed in a step that it took part in, or its deadline passed. */
  ERROR;

  /** The name that responses carry, such as {@code stop}. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }
}
