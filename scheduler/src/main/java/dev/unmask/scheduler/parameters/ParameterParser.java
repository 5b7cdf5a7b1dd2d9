package dev.unmask.scheduler.parameters;

import dev.unmask.scheduler.ModelTraits;
import dev.unmask.scheduler.UnmaskException;
import dev.unmask.scheduler.parameters.DecodingParameters.Autoregressive;
import dev.unmask.scheduler.parameters.DecodingParameters.BlockDiffusion;
import dev.unmask.scheduler.parameters.DecodingParameters.CacheMode;
import dev.unmask.scheduler.parameters.DecodingParameters.D2f;
import dev.unmask.scheduler.parameters.DecodingParameters.Dream;
import dev.unmask.scheduler.parameters.DecodingParameters.DreamAlg;
import dev.unmask.scheduler.parameters.DecodingParameters.DynamicFallback;
import dev.unmask.scheduler.parameters.DecodingParameters.FastDllm;
import dev.unmask.scheduler.parameters.DecodingParameters.Llada;
import dev.unmask.scheduler.parameters.DecodingParameters.LookAheadRule;
import dev.unmask.scheduler.parameters.DecodingParameters.Ranking;
import dev.unmask.scheduler.parameters.DecodingParameters.Remasking;
import dev.unmask.scheduler.parameters.DecodingParameters.RemaskingStrategy;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * Turns named values into {@link GenerationParameters}. Precedence: the request's value, the
 * model's default, the published default. Every value is range-checked; a key that the chosen
 * algorithm does not have is refused by name.
 */
public final class ParameterParser {
  /** Response length of LLaDA's published sampler, used where a request names none. */
  private static final int DEFAULT_MAX_TOKENS = 128;

  private static final String[] LENGTH = {"max_tokens", "gen_length", "max_new_tokens"};
  private static final String[] STOP_TOKENS = {"stop_token_ids", "eos_token_ids"};
  private static final String[] THRESHOLD = {"threshold", "confidence_threshold"};
  private static final String[][] SYNONYMS = {LENGTH, STOP_TOKENS, THRESHOLD};

  private ParameterParser() {}

  /**
   * Parses the parameters of a request.
   *
   * @param request by name, as in the published code; {@code algorithm} picks the algorithm; {@code
   *     max_tokens}, {@code gen_length} and {@code max_new_tokens} are synonyms, as are {@code
   *     stop_token_ids} and {@code eos_token_ids}
   * @param model gives defaults, the vocabulary and the algorithms to choose from
   * @param maxLength tokens that the response may have at most: what the context leaves
   * @return checked parameters
   * @throws UnmaskException INVALID_ARGUMENT naming the parameter and its value
   */
  public static GenerationParameters parse(
      Map<String, ?> request, ModelTraits model, int maxLength) {
    Object named = request.get("algorithm");
    Algorithm algorithm =
        named == null ? model.defaultAlgorithm() : Algorithm.of(String.valueOf(named));
    if (!model.algorithms().contains(algorithm)) {
      throw UnmaskException.invalid(
          "algorithm="
              + algorithm.id()
              + " does not suit this model ("
              + model.attention().id()
              + " attention), which offers "
              + String.join(", ", model.algorithms().stream().map(Algorithm::id).toList()));
    }
    ParameterReader reader = new ParameterReader(withDefaults(request, model, algorithm));
    reader.has("algorithm");

    String lengthName = reader.firstGiven(LENGTH);
    int maxTokens = reader.integer(lengthName, -1, 1, Integer.MAX_VALUE);
    if (maxTokens > maxLength) {
      throw UnmaskException.contextExceeded(
          lengthName + "=" + maxTokens + " is more than the " + maxLength + " the context leaves");
    }
    if (maxTokens < 0) {
      maxTokens = Math.min(DEFAULT_MAX_TOKENS, maxLength);
    }
    int minTokens = reader.integer("min_tokens", 0, 0, maxTokens);
    String stopName = reader.firstGiven(STOP_TOKENS);
    int[] stopTokenIds = TokenParameterParser.stopTokenIds(reader, stopName, model);
    if (reader.flag("ignore_eos", false)) {
      stopTokenIds = new int[0];
    }
    int[][] badWords = TokenParameterParser.badWords(reader, model, minTokens, stopTokenIds.length);
    int logprobs = TokenParameterParser.logprobs(reader);
    boolean trim = reader.flag("trim_after_eos", algorithm == Algorithm.D2F);
    boolean shift = reader.flag("shift_logits", model.shiftLogits());

    DecodingParameters decoding = decoding(algorithm, reader, model, maxTokens);
    SamplingParameters sampling = TokenParameterParser.sampling(reader, model);
    Penalties penalties = TokenParameterParser.penalties(reader);
    reader.refuseUnknown("algorithm " + algorithm.id());
    if (decoding instanceof Llada llada && llada.logitsEosInf() && stopTokenIds.length == 0) {
      throw UnmaskException.invalid("logits_eos_inf=true needs an end token, and there is none");
    }
    return new GenerationParameters(
        decoding,
        sampling,
        penalties,
        maxTokens,
        minTokens,
        stopTokenIds,
        badWords,
        logprobs,
        trim,
        shift);
  }

  /** Whether a request that names no parameter needs to know what passes cost. */
  public static boolean looksAheadByCost(ModelTraits model) {
    return model.defaultAlgorithm() == Algorithm.D2F
        && lookAhead(new ParameterReader(model.defaultParameters())).costAware();
  }

  /**
   * The model's defaults apply to its default algorithm only: names mean other things elsewhere.
   */
  private static Map<String, Object> withDefaults(
      Map<String, ?> request, ModelTraits model, Algorithm algorithm) {
    Map<String, Object> merged = new HashMap<>();
    if (algorithm == model.defaultAlgorithm()) {
      merged.putAll(model.defaultParameters());
    }
    // A value under any of its names replaces the model's default under another.
    for (String[] synonyms : SYNONYMS) {
      for (String name : synonyms) {
        if (request.get(name) != null) {
          merged.keySet().removeAll(Set.of(synonyms));
        }
      }
    }
    request.forEach(
        (name, value) -> {
          if (value != null) {
            merged.put(name, value);
          }
        });
    return merged;
  }

  private static DecodingParameters decoding(
      Algorithm algorithm, ParameterReader reader, ModelTraits model, int maxTokens) {
    return switch (algorithm) {
      case AUTOREGRESSIVE -> new Autoregressive();
      case LLADA -> llada(reader, maxTokens);
      case FAST_DLLM -> fastDllm(reader, maxTokens);
      case D2F -> d2f(reader);
      case BLOCK_DIFFUSION -> blockDiffusion(reader);
      case DREAM -> dream(reader, model);
    };
  }

  private static Llada llada(ParameterReader reader, int maxTokens) {
    int blockLength = blockLength(reader, maxTokens);
    return new Llada(
        steps(reader, maxTokens, blockLength),
        blockLength,
        (float) reader.number("cfg_scale", 0, 0, 1e6),
        reader.choice("remasking", Remasking.LOW_CONFIDENCE, Remasking.values()),
        reader.flag("logits_eos_inf", false),
        reader.flag("confidence_eos_eot_inf", false));
  }

  private static FastDllm fastDllm(ParameterReader reader, int maxTokens) {
    int blockLength = blockLength(reader, maxTokens);
    String thresholdName = reader.firstGiven(THRESHOLD);
    boolean byThreshold = reader.has(thresholdName);
    boolean byFactor = reader.has("factor");
    if (byFactor && byThreshold) {
      throw UnmaskException.invalid(thresholdName + " and factor are both given");
    }
    boolean byQuota = !byFactor && !byThreshold && reader.has("steps");
    return new FastDllm(
        steps(reader, maxTokens, blockLength),
        blockLength,
        reader.choice("cache", CacheMode.DUAL, CacheMode.values()),
        byFactor || byQuota ? Double.NaN : reader.number(thresholdName, 0.9, 0, 1),
        reader.number("factor", Double.NaN, 0, 1e6),
        reader.choice("remasking", Remasking.LOW_CONFIDENCE, Remasking.values()));
  }

  private static D2f d2f(ParameterReader reader) {
    return new D2f(
        reader.integer("block_size", 32, 1, 4096),
        reader.number("block_add_threshold", 0.1, 0, 1),
        reader.number("decoded_token_threshold", 0.95, 0, 1),
        reader.number("skip_threshold", 0.9, 0, 1),
        reader.choice("ranking", Ranking.CONFIDENCE, Ranking.values()),
        reader.integer("max_active_blocks", 0, 0, Integer.MAX_VALUE),
        lookAhead(reader));
  }

  private static LookAheadRule lookAhead(ParameterReader reader) {
    return reader.choice("look_ahead", LookAheadRule.FIXED, LookAheadRule.values());
  }

  private static BlockDiffusion blockDiffusion(ParameterReader reader) {
    int blockLength = reader.integer("block_length", 4, 1, 4096);
    int steps = reader.integer("denoising_steps", blockLength, 1, blockLength);
    String thresholdName = reader.firstGiven(THRESHOLD);
    return new BlockDiffusion(
        blockLength,
        steps,
        reader.choice(
            "remasking_strategy",
            RemaskingStrategy.LOW_CONFIDENCE_DYNAMIC,
            RemaskingStrategy.values()),
        reader.number(thresholdName, 0.85, 0, 1),
        reader.number("eb_threshold", 0.35, 0, Double.MAX_VALUE),
        reader.choice("dynamic_fallback", DynamicFallback.CONFIDENCE, DynamicFallback.values()));
  }

  private static Dream dream(ParameterReader reader, ModelTraits model) {
    double eps = reader.number("eps", 1e-3, 0, 1);
    if (eps == 1) {
      throw UnmaskException.invalid("eps=1 leaves no time to decode");
    }
    return new Dream(
        reader.integer("steps", Math.min(512, model.maxContext()), 1, Integer.MAX_VALUE),
        eps,
        reader.choice("alg", DreamAlg.ORIGIN, DreamAlg.values()),
        reader.number("alg_temp", 0, 0, 1e6));
  }

  private static int blockLength(ParameterReader reader, int maxTokens) {
    int published = maxTokens % DEFAULT_MAX_TOKENS == 0 ? DEFAULT_MAX_TOKENS : maxTokens;
    int blockLength = reader.integer("block_length", published, 1, Integer.MAX_VALUE);
    if (maxTokens % blockLength != 0) {
      throw UnmaskException.invalid(
          "gen_length=" + maxTokens + " is not a multiple of block_length=" + blockLength);
    }
    return blockLength;
  }

  private static int steps(ParameterReader reader, int maxTokens, int blockLength) {
    int blocks = maxTokens / blockLength;
    boolean published = DEFAULT_MAX_TOKENS % blocks == 0 && DEFAULT_MAX_TOKENS <= maxTokens;
    int steps =
        reader.integer("steps", published ? DEFAULT_MAX_TOKENS : maxTokens, 1, Integer.MAX_VALUE);
    if (steps % blocks != 0) {
      throw UnmaskException.invalid(
          "steps=" + steps + " is not a multiple of the " + blocks + " blocks");
    }
    return steps;
  }
}
