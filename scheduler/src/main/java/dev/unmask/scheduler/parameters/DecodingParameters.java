package dev.unmask.scheduler.parameters;

/**
 * The parameters of one algorithm, under the names of its published code in camel case. Values are
 * checked by {@link ParameterParser}; the records hold them as they are.
 */
public sealed interface DecodingParameters {

  /** Which algorithm these belong to. */
  Algorithm algorithm();

  /** Autoregressive decoding has no parameters of its own. */
  record Autoregressive() implements DecodingParameters {
    @Override
    public Algorithm algorithm() {
      return Algorithm.AUTOREGRESSIVE;
    }
  }

  /** How LLaDA orders the positions it commits. */
  enum Remasking {
    /** Highest softmax probability first. */
    LOW_CONFIDENCE,
    /** A random order. */
    RANDOM
  }

  /**
   * LLaDA's sampler.
   *
   * @param steps denoising steps over all blocks
   * @param blockLength masked positions per block; the response length is a multiple of it
   * @param cfgScale classifier-free guidance; 0 is off
   * @param remasking how positions are ordered
   * @param logitsEosInf whether the end-of-sequence token is never predicted
   * @param confidenceEosEotInf whether end tokens are committed last
   */
  record Llada(
      int steps,
      int blockLength,
      float cfgScale,
      Remasking remasking,
      boolean logitsEosInf,
      boolean confidenceEosEotInf)
      implements DecodingParameters {
    @Override
    public Algorithm algorithm() {
      return Algorithm.LLADA;
    }
  }

  /** What Fast-dLLM keeps of the full pass at the start of a block. */
  enum CacheMode {
    /** Nothing: every pass is full. */
    NONE,
    /** Keys and values before the block. */
    PREFIX,
    /** Keys and values on both sides of the block. */
    DUAL
  }

  /**
   * Fast-dLLM's samplers.
   *
   * @param steps denoising steps over all blocks, used when neither threshold nor factor is given
   * @param blockLength masked positions per block
   * @param cache what is kept between the passes of a block
   * @param threshold commit every position at or above this probability; NaN when not given
   * @param factor commit by the factor rule; NaN when not given
   * @param remasking how positions are ordered for a quota
   */
  record FastDllm(
      int steps,
      int blockLength,
      CacheMode cache,
      double threshold,
      double factor,
      Remasking remasking)
      implements DecodingParameters {
    @Override
    public Algorithm algorithm() {
      return Algorithm.FAST_DLLM;
    }
  }

  /** By what D2F ranks positions when none passes the threshold. */
  enum Ranking {
    /** Softmax probability. */
    CONFIDENCE,
    /** Probability of the best token less that of the second best. */
    MARGIN,
    /** Negative entropy. */
    ENTROPY
  }

  /** Which of the blocks that D2F's thresholds allow are opened. */
  enum LookAheadRule {
    /** All of them (as published). */
    FIXED,
    /**
     * Those that are expected to pay, by what passes cost and what this request's own passes
     * committed. Changes tokens, but not with the load once it is said what passes cost; where they
     * are timed, the table is that of the process and what it was doing.
     */
    COST,
    /** Those that are expected to pay in this batch. The tokens depend on the load. */
    BATCH;

    /** Whether the rule needs to know what passes cost. */
    public boolean costAware() {
      return this != FIXED;
    }
  }

  /**
   * Discrete Diffusion Forcing, pipelined block decoding.
   *
   * @param blockSize positions per block
   * @param blockAddThreshold committed share of the last block from which a block is appended
   * @param decodedTokenThreshold committed share of a block that fully activates the next
   * @param skipThreshold commit every position above this probability
   * @param ranking which single position is committed when none is above it
   * @param maxActiveBlocks most blocks denoised at once; 0 for no limit (as published)
   * @param lookAhead which blocks are opened ahead of unfinished ones
   */
  record D2f(
      int blockSize,
      double blockAddThreshold,
      double decodedTokenThreshold,
      double skipThreshold,
      Ranking ranking,
      int maxActiveBlocks,
      LookAheadRule lookAhead)
      implements DecodingParameters {
    @Override
    public Algorithm algorithm() {
      return Algorithm.D2F;
    }
  }

  /** Which positions of its block a block-diffusion step commits. */
  enum RemaskingStrategy {
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
  enum DynamicFallback {
    /** The quota's most confident positions (SDAR). */
    CONFIDENCE,
    /** The quota's leftmost positions (JetEngine). */
    LEFTMOST
  }

  /**
   * Block diffusion, one block at a time.
   *
   * @param blockLength positions per block, counted from position 0 of the sequence
   * @param denoisingSteps steps per block
   * @param strategy which positions a step commits
   * @param threshold probability for the dynamic strategy
   * @param ebThreshold entropy bound in nats
   * @param dynamicFallback what the dynamic strategy falls back to
   */
  record BlockDiffusion(
      int blockLength,
      int denoisingSteps,
      RemaskingStrategy strategy,
      double threshold,
      double ebThreshold,
      DynamicFallback dynamicFallback)
      implements DecodingParameters {
    @Override
    public Algorithm algorithm() {
      return Algorithm.BLOCK_DIFFUSION;
    }
  }

  /** How Dream orders the positions it commits. */
  enum DreamAlg {
    /** Each position at random, by the schedule's probability. */
    ORIGIN,
    /** Highest probability first. */
    MASKGIT_PLUS,
    /** Largest lead over the second best first. */
    TOPK_MARGIN,
    /** Lowest entropy first. */
    ENTROPY
  }

  /**
   * Dream's samplers.
   *
   * @param steps denoising steps
   * @param eps end of the time schedule
   * @param alg how positions are ordered
   * @param algTemp temperature of a random order; 0 for none
   */
  record Dream(int steps, double eps, DreamAlg alg, double algTemp) implements DecodingParameters {
    @Override
    public Algorithm algorithm() {
      return Algorithm.DREAM;
    }
  }
}
