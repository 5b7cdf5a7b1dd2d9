package dev.unmask.scheduler;

import dev.unmask.scheduler.parameters.Algorithm;
import dev.unmask.scheduler.parameters.DecodingParameters.BlockDiffusion;
import dev.unmask.scheduler.parameters.DecodingParameters.Llada;
import dev.unmask.scheduler.parameters.GenerationParameters;
import dev.unmask.scheduler.parameters.ParameterParser;
import java.util.HashMap;
import java.util.Map;

/** A checked request: tokens, which of them are masked, and parameters. Immutable; any thread. */
public final class GenerationRequest {
  private final int[] tokenIds;
  private final boolean[] masked;
  private final GenerationParameters parameters;

  private GenerationRequest(int[] tokenIds, boolean[] masked, GenerationParameters parameters) {
    this.tokenIds = tokenIds;
    this.masked = masked;
    this.parameters = parameters;
  }

  /**
   * A request whose response follows its prompt.
   *
   * @param promptIds at least one token
   * @param parameters by name, see {@link ParameterParser}
   * @param model the model that will decode it
   * @throws UnmaskException INVALID_ARGUMENT naming what is wrong
   */
  public static GenerationRequest ofPrompt(
      int[] promptIds, Map<String, ?> parameters, ModelTraits model) {
    checkTokens(promptIds, model);
    int room = model.maxContext() - promptIds.length;
    if (room < 1) {
      throw UnmaskException.contextExceeded(
          "the prompt has "
              + promptIds.length
              + " tokens, which leaves no room in the context of "
              + model.maxContext());
    }
    GenerationParameters parsed = ParameterParser.parse(parameters, model, room);
    checkContext(promptIds.length + parsed.maxTokens(), parsed, model);
    return new GenerationRequest(promptIds.clone(), null, parsed);
  }

  /**
   * A request to fill masked positions, for models with full attention.
   *
   * @param tokenIds the whole sequence; what stands at masked positions is ignored
   * @param masked which positions are to be filled, at least one
   * @param parameters by name; a response length, where given, must be the number of masks
   * @param model the model that will decode it
   * @throws UnmaskException INVALID_ARGUMENT naming what is wrong
   */
  public static GenerationRequest ofInfill(
      int[] tokenIds, boolean[] masked, Map<String, ?> parameters, ModelTraits model) {
    checkTokens(tokenIds, model);
    if (model.attention() != AttentionKind.FULL) {
      throw UnmaskException.invalid(
          "infill needs a model with full attention; this one has " + model.attention().id());
    }
    if (tokenIds.length > model.maxContext()) {
      throw UnmaskException.contextExceeded(
          "infill has " + tokenIds.length + " tokens, the context " + model.maxContext());
    }
    int masks = 0;
    for (boolean mask : masked) {
      masks += mask ? 1 : 0;
    }
    if (masks == 0 || masked.length != tokenIds.length) {
      throw UnmaskException.invalid(
          "infill has "
              + masks
              + " masked positions among "
              + masked.length
              + " of "
              + tokenIds.length
              + " tokens");
    }
    Map<String, Object> values = new HashMap<>(parameters);
    for (String name : new String[] {"max_tokens", "gen_length", "max_new_tokens"}) {
      Object given = values.remove(name);
      if (given != null && !String.valueOf(given).equals(String.valueOf(masks))) {
        throw UnmaskException.invalid(name + "=" + given + ", but infill has " + masks + " masks");
      }
    }
    values.put("max_tokens", masks);
    values.putIfAbsent("ignore_eos", true);
    GenerationParameters parsed = ParameterParser.parse(values, model, masks);
    checkContext(tokenIds.length, parsed, model);
    return new GenerationRequest(tokenIds.clone(), masked.clone(), parsed);
  }

  private static void checkTokens(int[] tokenIds, ModelTraits model) {
    if (tokenIds.length == 0) {
      throw UnmaskException.invalid("the prompt is empty");
    }
    for (int i = 0; i < tokenIds.length; i++) {
      if (tokenIds[i] < 0 || tokenIds[i] >= model.vocabSize()) {
        throw UnmaskException.invalid(
            "input_ids[" + i + "]=" + tokenIds[i] + " is not in [0, " + model.vocabSize() + ")");
      }
    }
  }

  /** Some algorithms need more cache than the tokens of the sequence. */
  private static void checkContext(int length, GenerationParameters parameters, ModelTraits model) {
    int needed = cachePositions(length, parameters);
    String why = "";
    if (parameters.decoding() instanceof BlockDiffusion diffusion) {
      why = " (whole blocks of block_length=" + diffusion.blockLength() + ")";
    } else if (parameters.decoding() instanceof Llada llada && llada.cfgScale() > 0) {
      why = " (cfg_scale=" + llada.cfgScale() + " decodes two copies)";
    }
    if (needed > model.maxContext()) {
      throw UnmaskException.contextExceeded(
          "prompt and response need "
              + needed
              + " positions"
              + why
              + ", the context has "
              + model.maxContext());
    }
  }

  private static int cachePositions(int length, GenerationParameters parameters) {
    if (parameters.decoding() instanceof BlockDiffusion diffusion) {
      int block = diffusion.blockLength();
      return (length + block - 1) / block * block;
    }
    boolean guided = parameters.decoding() instanceof Llada llada && llada.cfgScale() > 0;
    return guided ? 2 * length : length;
  }

  /** Cache positions that its last pass may need, with a response of full length. */
  int cachePositions() {
    int length = masked == null ? tokenIds.length + parameters.maxTokens() : tokenIds.length;
    return cachePositions(length, parameters);
  }

  /** Prompt tokens, or the whole sequence of an infill. Not to be modified. */
  int[] tokenIds() {
    return tokenIds;
  }

  /** Masked positions of an infill; null where the response follows the prompt. */
  boolean[] masked() {
    return masked;
  }

  /** The checked parameters. */
  public GenerationParameters parameters() {
    return parameters;
  }

  /** The algorithm that decodes it. */
  public Algorithm algorithm() {
    return parameters.decoding().algorithm();
  }

  /** Number of tokens given. */
  public int tokenCount() {
    return tokenIds.length;
  }
}
