package dev.unmask.request;

import dev.unmask.bridge.text.PromptEncoder;
import dev.unmask.bridge.text.TextTokenizer;
import dev.unmask.repository.ModelManifest;
import dev.unmask.scheduler.GenerationRequest;
import dev.unmask.scheduler.ModelTraits;
import dev.unmask.scheduler.UnmaskException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Turns a {@link GenerationInput} into the request that the scheduler takes. Thread-safe. */
final class RequestEncoder {
  private static final String BAD_WORDS_IDS = "bad_words_ids";

  /** Characters that Unicode's normalization makes one of at the most, rounded up. */
  private static final int MOST_NORMALIZED_CHARACTERS = 4;

  private final String model;
  private final ModelTraits traits;
  private final TextTokenizer tokenizer;
  private final PromptEncoder prompts;

  RequestEncoder(ModelManifest manifest, TextTokenizer tokenizer, PromptEncoder prompts) {
    this.model = manifest.name();
    this.traits = manifest.traits();
    this.tokenizer = tokenizer;
    this.prompts = prompts;
  }

  /**
   * Refuses what is certainly longer than the context, before it takes a place and memory in a
   * queue and time to encode.
   *
   * @throws UnmaskException INVALID_ARGUMENT with the length
   */
  void checkLength(GenerationInput input) {
    checkLength(input.text());
    if (input.messages() != null) {
      input.messages().forEach(message -> checkLength(message.content()));
    }
    if (input.inputIds() != null && input.inputIds().length > traits.maxContext()) {
      throw tooLong(input.inputIds().length + " tokens");
    }
  }

  private void checkLength(String text) {
    if (text != null
        && text.length()
            > (long) MOST_NORMALIZED_CHARACTERS * traits.maxContext() * tokenizer.longestToken()) {
      throw tooLong(text.length() + " characters");
    }
  }

  private UnmaskException tooLong(String length) {
    return UnmaskException.contextExceeded(
        "the prompt has "
            + length
            + ", which leaves no room in the context of "
            + traits.maxContext());
  }

  /** Whether nothing is to be tokenized, and no stop words are to be prepared. */
  boolean isQuick(GenerationInput input) {
    return input.inputIds() != null && input.badWords().isEmpty() && input.stopWords().isEmpty();
  }

  /**
   * Checks and encodes.
   *
   * @throws UnmaskException INVALID_ARGUMENT naming what is wrong
   */
  GenerationRequest encode(GenerationInput input) {
    return GenerationRequest.ofPrompt(promptIds(input), parameters(input), traits);
  }

  private int[] promptIds(GenerationInput input) {
    int given =
        (input.text() == null ? 0 : 1)
            + (input.messages() == null ? 0 : 1)
            + (input.inputIds() == null ? 0 : 1);
    if (given != 1) {
      throw UnmaskException.invalid(
          "exactly one of text, messages and input_ids is needed, " + given + " are given");
    }
    if (input.inputIds() != null) {
      return input.inputIds();
    }
    if (input.text() != null) {
      return input.plain()
          ? tokenizer.encodePlainPrompt(input.text())
          : prompts.encode(input.text());
    }
    if (input.messages().isEmpty()) {
      throw UnmaskException.invalid("messages=[] has no message");
    }
    if (!prompts.hasChatTemplate()) {
      throw UnmaskException.invalid(
          "messages need a chat template, and model '" + model + "' has none");
    }
    return prompts.encode(input.messages(), true);
  }

  private Map<String, Object> parameters(GenerationInput input) {
    Map<String, Object> parameters = new HashMap<>(input.parameters());
    if (input.logprobs() >= 0) {
      parameters.put("logprobs", input.logprobs());
    }
    if (!input.badWords().isEmpty()) {
      if (parameters.get(BAD_WORDS_IDS) != null) {
        throw UnmaskException.invalid("bad_words and " + BAD_WORDS_IDS + " are both given");
      }
      parameters.put(BAD_WORDS_IDS, badWordsIds(input.badWords()));
    }
    return parameters;
  }

  /**
   * Token ids of each word as it stands at the start of a text and as it stands after a space,
   * which most tokenizers encode otherwise. A word that arises from other tokens, such as one that
   * is split differently or is a part of a longer word, is not kept out.
   */
  private List<List<Integer>> badWordsIds(List<String> words) {
    Set<List<Integer>> ids = new LinkedHashSet<>();
    for (String word : words) {
      if (word.isEmpty()) {
        throw UnmaskException.invalid("bad_words has an empty word");
      }
      ids.add(encode(word));
      if (!word.startsWith(" ")) {
        ids.add(encode(" " + word));
      }
    }
    return List.copyOf(ids);
  }

  private List<Integer> encode(String word) {
    return Arrays.stream(tokenizer.encodeText(word)).boxed().toList();
  }
}
