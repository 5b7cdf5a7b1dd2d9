package dev.unmask.importer;

import com.fasterxml.jackson.databind.JsonNode;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Token ids with a role, as the files of a checkpoint give them.
 *
 * @param bos start of sequence, null if none
 * @param pad padding, null if none
 * @param mask what a position not yet decoded holds, null if none
 * @param eos tokens that end a response
 */
record SpecialTokens(Integer bos, Integer pad, Integer mask, List<Integer> eos) {

  /** Generation config goes before config; a mask token may be named by the tokenizer alone. */
  static SpecialTokens read(Path checkpoint, ConfigFile config, int vocab) {
    ConfigFile generation = ConfigFile.readIfPresent(checkpoint.resolve("generation_config.json"));
    List<Integer> eos = generation.tokenIds("eos_token_id");
    Integer mask = config.tokenId("mask_token_id");
    SpecialTokens tokens =
        new SpecialTokens(
            first(generation, config, "bos_token_id"),
            first(generation, config, "pad_token_id"),
            mask != null ? mask : maskOfTokenizer(checkpoint),
            eos.isEmpty() ? config.tokenIds("eos_token_id") : eos);
    tokens.requireBelow(vocab, config.file());
    return tokens;
  }

  private static Integer first(ConfigFile one, ConfigFile other, String field) {
    Integer id = one.tokenId(field);
    return id != null ? id : other.tokenId(field);
  }

  private static Integer maskOfTokenizer(Path checkpoint) {
    JsonNode mask =
        Json.readIfPresent(checkpoint.resolve("tokenizer_config.json")).path("mask_token");
    String content = mask.isObject() ? mask.path("content").asText("") : mask.asText("");
    if (mask.isMissingNode() || mask.isNull() || content.isEmpty()) {
      return null;
    }
    Path tokenizer = checkpoint.resolve("tokenizer.json");
    for (JsonNode token : Json.readIfPresent(tokenizer).path("added_tokens")) {
      if (token.path("content").asText("").equals(content) && token.path("id").isInt()) {
        return token.path("id").asInt();
      }
    }
    throw new UnmaskException(
        ErrorCode.NOT_FOUND, tokenizer + ": no added token for mask_token=" + content);
  }

  private void requireBelow(int vocab, Path file) {
    Set<Integer> all = new LinkedHashSet<>(eos);
    all.add(bos);
    all.add(pad);
    all.add(mask);
    for (Integer id : all) {
      if (id != null && id >= vocab) {
        throw UnmaskException.invalid(
            file + ": token id " + id + " is not below vocab_size=" + vocab);
      }
    }
  }

  /** End-of-sequence ids and the mask id, distinct. */
  List<Integer> alwaysScored() {
    Set<Integer> ids = new LinkedHashSet<>(eos);
    ids.add(mask);
    return new ArrayList<>(ids);
  }
}
