package dev.unmask.scheduler.parameters;

import dev.unmask.scheduler.UnmaskException;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** A decoding algorithm that a request may choose. */
public enum Algorithm {
  /** One token per forward pass over an exact KV cache. */
  AUTOREGRESSIVE,
  /** Low-confidence remasking over full passes (LLaDA, Nie et al. 2025). */
  LLADA,
  /** LLaDA blocks with confidence-parallel commits and an approximate cache (Fast-dLLM, 2025). */
  FAST_DLLM,
  /** Pipelined block decoding with an exact cache (Discrete Diffusion Forcing, 2025). */
  D2F,
  /** One block at a time with an exact cache (BD3-LM, SDAR, LLaDA2.0). */
  BLOCK_DIFFUSION,
  /** Dream's samplers over full passes (Dream 7B, 2025). */
  DREAM;

  /** The name used in requests, such as {@code fast_dllm}. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * Parses an {@link #id()}.
   *
   * @throws UnmaskException INVALID_ARGUMENT for any other text
   */
  public static Algorithm of(String id) {
    return Enums.of("algorithm", id, values(), Algorithm::id);
  }

  /** Enum constants by their request names. */
  static final class Enums {
    private Enums() {}

    static <E extends Enum<E>> E of(
        String field, String value, E[] all, java.util.function.Function<E, String> id) {
      for (E candidate : all) {
        if (id.apply(candidate).equals(value)) {
          return candidate;
        }
      }
      throw UnmaskException.invalid(
          field
              + "="
              + value
              + " is none of "
              + Arrays.stream(all).map(id).collect(Collectors.joining(", ")));
    }
  }
}
