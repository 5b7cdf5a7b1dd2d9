package dev.unmask.scheduler.parameters;

import dev.unmask.scheduler.ModelTraits;
import dev.unmask.scheduler.UnmaskException;
import java.util.Arrays;

/** Reads the parameters that every algorithm has: which token is taken at a position. */
final class TokenParameterParser {
  /** Most alternatives recorded per token, however many candidates the engine returns. */
  private static final int MAX_LOGPROBS = 32;

  /** Most tokens of all bad words of a request together. */
  private static final int MAX_BAD_WORD_TOKENS = 4096;

  /** Most stop tokens: each is compared with every candidate and every committed token. */
  private static final int MAX_STOP_TOKENS = 4096;

  private TokenParameterParser() {}

  static SamplingParameters sampling(ParameterReader reader, ModelTraits model) {
    double temperature = reader.number("temperature", 0, 0, 1e6);
    double topP = reader.number("top_p", 1, 0, 1);
    if (topP == 0) {
      throw UnmaskException.invalid("top_p=0 leaves no token");
    }
    int topK = reader.integer("top_k", 0, -1, Integer.MAX_VALUE);
    long seed = reader.longInteger("seed", 0);
    boolean greedy = reader.flag("greedy", false);
    return new SamplingParameters(
        greedy ? 0 : temperature, topP, topK <= 0 || topK >= model.vocabSize() ? 0 : topK, seed);
  }

  static Penalties penalties(ParameterReader reader) {
    double repetition = reader.number("repetition_penalty", 1, 0, Double.MAX_VALUE);
    if (repetition == 0) {
      throw UnmaskException.invalid("repetition_penalty=0 is not above 0");
    }
    return new Penalties(
        repetition,
        reader.number("presence_penalty", 0, -2, 2),
        reader.number("frequency_penalty", 0, -2, 2));
  }

  static int[] stopTokenIds(ParameterReader reader, String name, ModelTraits model) {
    int[] ids = reader.tokenIds(name, model.eosTokenIds(), model.vocabSize());
    if (ids.length > MAX_STOP_TOKENS) {
      throw UnmaskException.invalid(
          name + " has " + ids.length + " tokens, more than " + MAX_STOP_TOKENS);
    }
    return ids;
  }

  /** Reads the bad words and makes sure that whatever they forbid, some token is left. */
  static int[][] badWords(
      ParameterReader reader, ModelTraits model, int minTokens, int stopTokens) {
    int[][] words = reader.tokenIdLists("bad_words_ids", model.vocabSize());
    int tokens = Arrays.stream(words).mapToInt(word -> word.length).sum();
    if (tokens > MAX_BAD_WORD_TOKENS) {
      throw UnmaskException.invalid(
          "bad_words_ids has " + tokens + " tokens, more than " + MAX_BAD_WORD_TOKENS);
    }
    // Besides these, the mask token is no last resort either.
    if ((tokens > 0 || minTokens > 0) && tokens + stopTokens + 1 >= model.vocabSize()) {
      throw UnmaskException.invalid(
          "bad_words_ids="
              + tokens
              + " tokens and stop_token_ids="
              + stopTokens
              + " tokens may leave none of the vocabulary of "
              + model.vocabSize());
    }
    return words;
  }

  static int logprobs(ParameterReader reader) {
    return reader.integer("logprobs", GenerationParameters.NO_LOGPROBS, 0, MAX_LOGPROBS);
  }
}
