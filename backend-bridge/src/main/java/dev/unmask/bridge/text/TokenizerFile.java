package dev.unmask.bridge.text;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A parsed {@code tokenizer.json}, checked for what this package relies on. */
final class TokenizerFile {
  static final String FILE_NAME = "tokenizer.json";

  private static final ObjectMapper JSON = new ObjectMapper();

  /** Normalizers that leave ASCII text as it is. */
  private static final Set<String> ASCII_NEUTRAL = Set.of("NFC", "NFD", "NFKC", "NFKD");

  private final String json;
  private final ObjectNode root;
  private final List<AddedToken> addedTokens = new ArrayList<>();

  /**
   * @throws UnmaskException NOT_FOUND where there is no such file, INVALID_ARGUMENT where it does
   *     not parse, UNSUPPORTED where control tokens could not be told from text, or text not be
   *     streamed
   */
  TokenizerFile(Path file) {
    try {
      json = Files.readString(file);
      if (!(JSON.readTree(json) instanceof ObjectNode object)) {
        throw UnmaskException.invalid(file + ": not a JSON object");
      }
      root = object;
    } catch (NoSuchFileException e) {
      throw new UnmaskException(ErrorCode.NOT_FOUND, "no " + FILE_NAME + " in " + file.getParent());
    } catch (JsonProcessingException e) {
      throw UnmaskException.invalid(file + ": " + e.getOriginalMessage());
    } catch (IOException e) {
      throw new UnmaskException(ErrorCode.UNAVAILABLE, file + ": " + e.getMessage(), e);
    }
    require("model", "BPE");
    require("decoder", "ByteLevel");
    refuseFirstWordPrefix(root.path("pre_tokenizer"));
    readAddedTokens();
  }

  /** The file's contents. */
  String json() {
    return json;
  }

  /**
   * The same tokenizer without added tokens and without the post-processor: what it makes of plain
   * text.
   */
  String textOnlyJson() {
    ObjectNode copy = root.deepCopy();
    copy.putArray("added_tokens");
    copy.putNull("post_processor");
    return copy.toString();
  }

  List<AddedToken> addedTokens() {
    return addedTokens;
  }

  /** Token strings of the model's own vocabulary with their ids. */
  Iterable<Map.Entry<String, JsonNode>> vocabulary() {
    return root.path("model").path("vocab").properties();
  }

  private void require(String field, String type) {
    String actual = root.path(field).path("type").asText("none");
    if (!actual.equals(type)) {
      throw new UnmaskException(
          ErrorCode.UNSUPPORTED,
          FILE_NAME + ": " + field + ".type=" + actual + ", supported is " + type);
    }
  }

  /** Such a pre-tokenizer treats the first word of a text unlike that of a later segment. */
  private static void refuseFirstWordPrefix(JsonNode node) {
    if (node.path("type").asText().equals("Metaspace")) {
      throw new UnmaskException(
          ErrorCode.UNSUPPORTED, FILE_NAME + ": pre_tokenizer.type=Metaspace");
    }
    for (JsonNode child : node.path("pretokenizers")) {
      refuseFirstWordPrefix(child);
    }
  }

  private void readAddedTokens() {
    for (JsonNode node : root.path("added_tokens")) {
      AddedToken token =
          new AddedToken(
              node.path("id").asInt(-1),
              node.path("content").asText(),
              node.path("single_word").asBoolean(),
              node.path("lstrip").asBoolean(),
              node.path("rstrip").asBoolean(),
              node.path("normalized").asBoolean(),
              node.path("special").asBoolean());
      if (token.id() < 0 || token.content().isEmpty()) {
        throw UnmaskException.invalid(FILE_NAME + ": added_tokens holds " + node);
      }
      if (token.normalized() && !survivesNormalizer(token.content())) {
        throw new UnmaskException(
            ErrorCode.UNSUPPORTED,
            FILE_NAME + ": added token " + token.content() + " is matched after normalization");
      }
      addedTokens.add(token);
    }
  }

  private boolean survivesNormalizer(String content) {
    JsonNode normalizer = root.path("normalizer");
    return normalizer.isNull()
        || normalizer.isMissingNode()
        || (ASCII_NEUTRAL.contains(normalizer.path("type").asText())
            && content.chars().allMatch(c -> c < 0x80));
  }
}
