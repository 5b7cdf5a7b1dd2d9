package dev.unmask.client;

import dev.unmask.client.internal.Checks;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * A decoding algorithm with its parameters, under the names of its published code. What is not set
 * is left to the model's default, and else to the published one. Immutable: every method gives a
 * new value.
 *
 * <pre>{@code Decoding.d2f().blockSize(16).skipThreshold(0.8)}</pre>
 */
public abstract sealed class Decoding {
  private final Map<String, Object> parameters;

  private Decoding(Map<String, Object> parameters) {
    this.parameters = parameters;
  }

  /**
   * One token per forward pass over an exact KV cache.
   *
   * @return no parameters
   */
  public static Autoregressive autoregressive() {
    return new Autoregressive(start("autoregressive"));
  }

  /**
   * Low-confidence remasking over full passes (LLaDA, Nie et al. 2025).
   *
   * @return no parameters set
   */
  public static Llada llada() {
    return new Llada(start("llada"));
  }

  /**
   * LLaDA's blocks, committed by confidence, with an approximate cache (Fast-dLLM, 2025).
   *
   * @return no parameters set
   */
  public static FastDllm fastDllm() {
    return new FastDllm(start("fast_dllm"));
  }

  /**
   * Pipelined block decoding with an exact cache (Discrete Diffusion Forcing, 2025).
   *
   * @return no parameters set
   */
  public static D2f d2f() {
    return new D2f(start("d2f"));
  }

  /**
   * One block at a time with an exact cache (BD3-LM, SDAR, LLaDA2.0).
   *
   * @return no parameters set
   */
  public static BlockDiffusion blockDiffusion() {
    return new BlockDiffusion(start("block_diffusion"));
  }

  /**
   * Dream's samplers over full passes (Dream 7B, 2025).
   *
   * @return no parameters set
   */
  public static Dream dream() {
    return new Dream(start("dream"));
  }

  private static Map<String, Object> start(String algorithm) {
    return Map.of("algorithm", algorithm);
  }

  /**
   * What is sent, {@code algorithm} included.
   *
   * @return unmodifiable values by name: String, Boolean, Integer or Double
   */
  public final Map<String, Object> parameters() {
    return parameters;
  }

  final Map<String, Object> with(String name, Object value) {
    Map<String, Object> more = new LinkedHashMap<>(parameters);
    more.put(name, value);
    return Collections.unmodifiableMap(more);
  }

  private static String id(Enum<?> choice) {
    return choice.name().toLowerCase(Locale.ROOT);
  }

  @Override
  public final boolean equals(Object other) {
    return other instanceof Decoding that && parameters.equals(that.parameters);
  }

  @Override
  public final int hashCode() {
    return parameters.hashCode();
  }

  @Override
  public final String toString() {
    return parameters.toString();
  }

  /** How positions are ordered. */
  public enum Remasking {
    /** Highest probability first. */
    LOW_CONFIDENCE,
    /** A random order. */
    RANDOM
  }

  /** What Fast-dLLM keeps of the full pass at the start of a block. */
  public enum Cache {
    /** Nothing: every pass is full. */
    NONE,
    /** Keys and values before the block. */
    PREFIX,
    /** Keys and values on both sides of the block. */
    DUAL
  }

  /** By what D2F ranks positions when none passes the threshold. */
  public enum Ranking {
    /** Probability. */
    CONFIDENCE,
    /** Probability of the best token less that of the second best. */
    MARGIN,
    /** Negative entropy. */
    ENTROPY
  }

  /** Which of the blocks that D2F's thresholds allow are opened ahead of unfinished ones. */
  public enum LookAhead {
    /** All of them, as published. */
    FIXED,
    /**
     * Those that are expected to pay, by what passes cost on the server and what this request's own
     * passes committed: other tokens, but the same at any load.
     */
    COST,
    /** Those that are expected to pay in this batch: the tokens depend on the load. */
    BATCH
  }

  /** Which positions of its block a block-diffusion step commits. */
  public enum RemaskingStrategy {
    /** All above the threshold, the step's quota at least. */
    LOW_CONFIDENCE_DYNAMIC,
    /** The step's quota, most confident first. */
    LOW_CONFIDENCE_STATIC,
    /** The step's quota, leftmost first. */
    SEQUENTIAL,
    /** As many of the lowest entropies as sum to less than a bound, one at least. */
    ENTROPY_BOUNDED
  }

  /** What the dynamic strategy commits when fewer than the quota are above the threshold. */
  public enum DynamicFallback {
    /** The quota's most confident positions (SDAR). */
    CONFIDENCE,
    /** The quota's leftmost positions (JetEngine). */
    LEFTMOST
  }

  /** How Dream orders the positions it commits. */
  public enum Alg {
    /** Each position at random, by the schedule's probability. */
    ORIGIN,
    /** Highest probability first. */
    MASKGIT_PLUS,
    /** Largest lead over the second best first. */
    TOPK_MARGIN,
    /** Lowest entropy first. */
    ENTROPY
  }

  /** See {@link #autoregressive}. */
  public static final class Autoregressive extends Decoding {
    private Autoregressive(Map<String, Object> parameters) {
      super(parameters);
    }
  }

  /** See {@link #llada}. */
  public static final class Llada extends Decoding {
    private Llada(Map<String, Object> parameters) {
      super(parameters);
    }

    private Llada set(String name, Object value) {
      return new Llada(with(name, value));
    }

    /**
     * Denoising steps over all blocks; a multiple of their number.
     *
     * @param steps at least 1
     * @return with it
     */
    public Llada steps(int steps) {
      return set("steps", Checks.atLeast("steps", steps, 1));
    }

    /**
     * Masked positions per block; the response length is a multiple of it.
     *
     * @param blockLength at least 1
     * @return with it
     */
    public Llada blockLength(int blockLength) {
      return set("block_length", Checks.atLeast("block_length", blockLength, 1));
    }

    /**
     * Classifier-free guidance.
     *
     * @param scale 0 is off; up to a million
     * @return with it
     */
    public Llada cfgScale(double scale) {
      return set("cfg_scale", Checks.within("cfg_scale", scale, 0, 1e6));
    }

    /**
     * How positions are ordered.
     *
     * @param remasking the order
     * @return with it
     */
    public Llada remasking(Remasking remasking) {
      return set("remasking", id(remasking));
    }

    /**
     * Whether the end token is never predicted.
     *
     * @param on whether it is so
     * @return with it
     */
    public Llada logitsEosInf(boolean on) {
      return set("logits_eos_inf", on);
    }

    /**
     * Whether end tokens are committed last.
     *
     * @param on whether it is so
     * @return with it
     */
    public Llada confidenceEosEotInf(boolean on) {
      return set("confidence_eos_eot_inf", on);
    }
  }

  /** See {@link #fastDllm}. */
  public static final class FastDllm extends Decoding {
    private FastDllm(Map<String, Object> parameters) {
      super(parameters);
    }

    private FastDllm set(String name, Object value) {
      return new FastDllm(with(name, value));
    }

    /**
     * Denoising steps over all blocks, for a quota per step.
     *
     * @param steps at least 1
     * @return with it
     */
    public FastDllm steps(int steps) {
      return set("steps", Checks.atLeast("steps", steps, 1));
    }

    /**
     * Masked positions per block; the response length is a multiple of it.
     *
     * @param blockLength at least 1
     * @return with it
     */
    public FastDllm blockLength(int blockLength) {
      return set("block_length", Checks.atLeast("block_length", blockLength, 1));
    }

    /**
     * What is kept between the passes of a block.
     *
     * @param cache what
     * @return with it
     */
    public FastDllm cache(Cache cache) {
      return set("cache", id(cache));
    }

    /**
     * Commits every position at or above this probability; not together with a factor.
     *
     * @param threshold 0 to 1
     * @return with it
     */
    public FastDllm threshold(double threshold) {
      Object value = Checks.within("threshold", threshold, 0, 1);
      Checks.require(!parameters().containsKey("factor"), "threshold and factor are both given");
      return set("threshold", value);
    }

    /**
     * Commits by the factor rule; not together with a threshold.
     *
     * @param factor 0 to a million
     * @return with it
     */
    public FastDllm factor(double factor) {
      Object value = Checks.within("factor", factor, 0, 1e6);
      Checks.require(!parameters().containsKey("threshold"), "threshold and factor are both given");
      return set("factor", value);
    }

    /**
     * How positions are ordered for a quota.
     *
     * @param remasking the order
     * @return with it
     */
    public FastDllm remasking(Remasking remasking) {
      return set("remasking", id(remasking));
    }
  }

  /** See {@link #d2f}. */
  public static final class D2f extends Decoding {
    private D2f(Map<String, Object> parameters) {
      super(parameters);
    }

    private D2f set(String name, Object value) {
      return new D2f(with(name, value));
    }

    /**
     * Positions per block.
     *
     * @param blockSize 1 to 4,096
     * @return with it
     */
    public D2f blockSize(int blockSize) {
      return set("block_size", Checks.within("block_size", blockSize, 1, 4096));
    }

    /**
     * Committed share of the last block from which a block is appended.
     *
     * @param share 0 to 1
     * @return with it
     */
    public D2f blockAddThreshold(double share) {
      return set("block_add_threshold", Checks.within("block_add_threshold", share, 0, 1));
    }

    /**
     * Committed share of a block that fully activates the next.
     *
     * @param share 0 to 1
     * @return with it
     */
    public D2f decodedTokenThreshold(double share) {
      return set("decoded_token_threshold", Checks.within("decoded_token_threshold", share, 0, 1));
    }

    /**
     * Commits every position above this probability.
     *
     * @param probability 0 to 1
     * @return with it
     */
    public D2f skipThreshold(double probability) {
      return set("skip_threshold", Checks.within("skip_threshold", probability, 0, 1));
    }

    /**
     * Which single position is committed when none is above the threshold.
     *
     * @param ranking by what it is chosen
     * @return with it
     */
    public D2f ranking(Ranking ranking) {
      return set("ranking", id(ranking));
    }

    /**
     * Most blocks denoised at once.
     *
     * @param blocks 0 for no limit
     * @return with it
     */
    public D2f maxActiveBlocks(int blocks) {
      return set("max_active_blocks", Checks.atLeast("max_active_blocks", blocks, 0));
    }

    /**
     * Which blocks are opened ahead of unfinished ones.
     *
     * @param rule by what it is decided
     * @return with it
     */
    public D2f lookAhead(LookAhead rule) {
      return set("look_ahead", id(rule));
    }
  }

  /** See {@link #blockDiffusion}. */
  public static final class BlockDiffusion extends Decoding {
    private BlockDiffusion(Map<String, Object> parameters) {
      super(parameters);
    }

    private BlockDiffusion set(String name, Object value) {
      return new BlockDiffusion(with(name, value));
    }

    /**
     * Positions per block, counted from the first position of the sequence.
     *
     * @param blockLength 1 to 4,096
     * @return with it
     */
    public BlockDiffusion blockLength(int blockLength) {
      return set("block_length", Checks.within("block_length", blockLength, 1, 4096));
    }

    /**
     * Steps per block.
     *
     * @param steps at least 1, at most the positions of a block
     * @return with it
     */
    public BlockDiffusion denoisingSteps(int steps) {
      return set("denoising_steps", steps);
    }

    /**
     * Which positions a step commits.
     *
     * @param strategy which
     * @return with it
     */
    public BlockDiffusion remaskingStrategy(RemaskingStrategy strategy) {
      return set("remasking_strategy", id(strategy));
    }

    /**
     * Probability for the dynamic strategy.
     *
     * @param threshold 0 to 1
     * @return with it
     */
    public BlockDiffusion threshold(double threshold) {
      return set("threshold", Checks.within("threshold", threshold, 0, 1));
    }

    /**
     * Entropy bound for the entropy strategy.
     *
     * @param bound in nats, at least 0
     * @return with it
     */
    public BlockDiffusion ebThreshold(double bound) {
      return set("eb_threshold", Checks.within("eb_threshold", bound, 0, Double.MAX_VALUE));
    }

    /**
     * What the dynamic strategy falls back to.
     *
     * @param fallback what
     * @return with it
     */
    public BlockDiffusion dynamicFallback(DynamicFallback fallback) {
      return set("dynamic_fallback", id(fallback));
    }
  }

  /** See {@link #dream}. */
  public static final class Dream extends Decoding {
    private Dream(Map<String, Object> parameters) {
      super(parameters);
    }

    private Dream set(String name, Object value) {
      return new Dream(with(name, value));
    }

    /**
     * Denoising steps.
     *
     * @param steps at least 1
     * @return with it
     */
    public Dream steps(int steps) {
      return set("steps", Checks.atLeast("steps", steps, 1));
    }

    /**
     * End of the time schedule.
     *
     * @param eps 0 to less than 1
     * @return with it
     */
    public Dream eps(double eps) {
      Object value = Checks.within("eps", eps, 0, 1);
      Checks.require(eps != 1, "eps=1 leaves no time to decode");
      return set("eps", value);
    }

    /**
     * How positions are ordered.
     *
     * @param alg the order
     * @return with it
     */
    public Dream alg(Alg alg) {
      return set("alg", id(alg));
    }

    /**
     * Temperature of a random order.
     *
     * @param temperature 0 for none; up to a million
     * @return with it
     */
    public Dream algTemp(double temperature) {
      return set("alg_temp", Checks.within("alg_temp", temperature, 0, 1e6));
    }
  }
}
