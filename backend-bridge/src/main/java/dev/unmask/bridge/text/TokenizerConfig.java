package dev.unmask.bridge.text;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a chat template needs of a version directory.
 *
 * @param chatTemplate the template's source, if the model has one
 * @param specialTokens texts of special tokens by the names that templates use
 */
record TokenizerConfig(Optional<String> chatTemplate, Map<String, String> specialTokens) {
  static final String TEMPLATE_FILE_NAME = "chat_template.jinja";
  static final String FILE_NAME = "tokenizer_config.json";

  private static final List<String> TOKEN_NAMES =
      List.of(
          "bos_token",
          "eos_token",
          "unk_token",
          "sep_token",
          "pad_token",
          "cls_token",
          "mask_token");

  static TokenizerConfig read(Path versionDirectory) {
    Path configFile = versionDirectory.resolve(FILE_NAME);
    Path templateFile = versionDirectory.resolve(TEMPLATE_FILE_NAME);
    try {
      JsonNode config = new ObjectMapper().createObjectNode();
      if (Files.isRegularFile(configFile)) {
        config = new ObjectMapper().readTree(Files.readAllBytes(configFile));
      }
      Optional<String> template =
          Files.isRegularFile(templateFile)
              ? Optional.of(Files.readString(templateFile))
              : template(config.path("chat_template"));
      return new TokenizerConfig(template, specialTokens(config));
    } catch (JsonProcessingException e) {
      throw UnmaskException.invalid(configFile + ": " + e.getOriginalMessage());
    } catch (IOException e) {
      throw new UnmaskException(ErrorCode.UNAVAILABLE, versionDirectory + ": " + e.getMessage(), e);
    }
  }

  /** A string, or a list of named templates. */
  private static Optional<String> template(JsonNode node) {
    if (node.isMissingNode() || node.isNull()) {
      return Optional.empty();
    }
    if (node.isTextual()) {
      return Optional.of(node.asText());
    }
    for (JsonNode named : node) {
      if (named.path("name").asText().equals("default") && named.path("template").isTextual()) {
        return Optional.of(named.path("template").asText());
      }
    }
    throw UnmaskException.invalid(FILE_NAME + ": chat_template has no template named default");
  }

  private static Map<String, String> specialTokens(JsonNode config) {
    Map<String, String> tokens = new LinkedHashMap<>();
    for (String name : TOKEN_NAMES) {
      JsonNode node = config.path(name);
      JsonNode content = node.isObject() ? node.path("content") : node;
      if (content.isTextual()) {
        tokens.put(name, content.asText());
      }
    }
    return tokens;
  }
}
