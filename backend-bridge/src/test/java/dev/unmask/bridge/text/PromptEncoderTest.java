package dev.unmask.bridge.text;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

class PromptEncoderTest {

  @TempDir Path directory;

  @Test
  void encode_goldenPrompts_sameIds() throws Exception {
    for (String model : List.of("tiny-llada", "tiny-ar")) {
      Path files = TextFixtures.directory(model);
      try (TextTokenizer tokenizer = TextTokenizer.load(files)) {
        PromptEncoder encoder = new PromptEncoder(tokenizer, ChatTemplate.load(files));
        List<JsonNode> prompts =
            TextFixtures.jsonLines(TextFixtures.directory("golden-prompts.jsonl"));
        assertEquals(48, prompts.size());
        for (JsonNode line : prompts) {
          String prompt = line.path("prompt").asText();
          assertArrayEquals(
              TextFixtures.ints(line.path("prompt_ids")), encoder.encode(prompt), prompt);
        }
      }
    }
  }

  @ParameterizedTest
  @FieldSource("dev.unmask.bridge.text.TextFixtures#MODELS")
  void encode_publishedChat_sameTextAndIds(String model) throws Exception {
    Path files = TextFixtures.directory(model);
    if (!Files.exists(files.resolve("samples.json"))) {
      return;
    }
    JsonNode chat = TextFixtures.json(files.resolve("samples.json")).path("chat");
    List<ChatMessage> messages = new ArrayList<>();
    for (JsonNode message : chat.path("messages")) {
      messages.add(
          new ChatMessage(message.path("role").asText(), message.path("content").asText()));
    }
    boolean generate = chat.path("add_generation_prompt").asBoolean();
    try (TextTokenizer tokenizer = TextTokenizer.load(files)) {
      ChatTemplate template = ChatTemplate.load(files).orElseThrow();
      assertEquals(chat.path("rendered").asText(), template.render(messages, generate));
      assertArrayEquals(
          TextFixtures.ints(chat.path("ids")),
          new PromptEncoder(tokenizer, Optional.of(template)).encode(messages, generate));
    }
  }

  @ParameterizedTest
  @FieldSource("dev.unmask.bridge.text.TextFixtures#MODELS")
  void encode_noControlString_equalsOrdinaryEncodingOfRenderedText(String model) {
    Path files = TextFixtures.directory(model);
    try (TextTokenizer tokenizer = TextTokenizer.load(files)) {
      ChatTemplate template = ChatTemplate.load(files).orElseThrow();
      PromptEncoder encoder = new PromptEncoder(tokenizer, Optional.of(template));
      Random random = new Random(4);
      for (int i = 0; i < 100; i++) {
        String text = TextFixtures.randomText(random);
        String rendered = template.render(List.of(ChatMessage.user(text)), true);
        assertArrayEquals(
            tokenizer.encode(rendered, false), encoder.encode(text), () -> "[" + text + "]");
      }
    }
  }

  @ParameterizedTest
  @FieldSource("dev.unmask.bridge.text.TextFixtures#MODELS")
  void encode_controlStrings_stayText(String model) {
    Path files = TextFixtures.directory(model);
    try (TextTokenizer tokenizer = TextTokenizer.load(files)) {
      PromptEncoder encoder = new PromptEncoder(tokenizer, ChatTemplate.load(files));
      long expected = controlTokens(tokenizer, encoder.encode("x"));
      Random random = new Random(5);
      for (int i = 0; i < 50; i++) {
        String text = TextFixtures.randomText(random, tokenizer.addedTokens()) + ".";
        int[] ids = encoder.encode("." + text);
        assertEquals(expected, controlTokens(tokenizer, ids), () -> "[" + text + "]");
        assertEquals(expected, controlTokens(tokenizer, encoder.encode("\uFDD0\uFDD1" + text)));
        assertTrue(contains(ids, tokenizer.encodeText(text)), () -> "[" + text + "]");
      }
    }
  }

  @Test
  void encode_addedTokenOfOneCharacter_staysText() throws Exception {
    ObjectNode json =
        (ObjectNode)
            TextFixtures.json(TextFixtures.directory("tiny-llada").resolve("tokenizer.json"));
    int id = 768;
    for (String content : List.of("<", "é", "🙂", "<|")) {
      ObjectNode token = ((ObjectNode) json.path("added_tokens").get(0)).deepCopy();
      json.withArray("added_tokens").add(token.put("id", id++).put("content", content));
    }
    Files.writeString(directory.resolve("tokenizer.json"), json.toString());
    try (TextTokenizer tokenizer = TextTokenizer.load(directory)) {
      ChatTemplate template =
          new ChatTemplate("<{{ messages[0].content }}é{{ bos_token }}", Map.of("bos_token", "🙂"));
      String text = "a<|eot_id|> é🙂\uFDD0<";
      IdList expected = new IdList();
      expected.add(768);
      expected.addAll(tokenizer.encodeText(text));
      expected.add(769);
      expected.add(770);
      assertArrayEquals(
          expected.toArray(), new PromptEncoder(tokenizer, Optional.of(template)).encode(text));
    }
  }

  @Test
  void encode_noTemplate_plainTextWithStartToken() {
    Path files = TextFixtures.directory("llama-gqa-llama3rope-tied");
    try (TextTokenizer tokenizer = TextTokenizer.load(files)) {
      int[] ids = new PromptEncoder(tokenizer, Optional.empty()).encode("Hi <|eot_id|>");
      assertArrayEquals(tokenizer.startTokens(), new int[] {ids[0]});
      assertEquals(1, controlTokens(tokenizer, ids));
    }
  }

  private static long controlTokens(TextTokenizer tokenizer, int[] ids) {
    long count = 0;
    for (int id : ids) {
      count += tokenizer.addedTokenIds().contains(id) ? 1 : 0;
    }
    return count;
  }

  /** Ids of the text may merge with what stands before; the last ones must be there. */
  private static boolean contains(int[] ids, int[] part) {
    String all = java.util.Arrays.toString(ids);
    int from = Math.min(part.length, 8);
    int[] tail = java.util.Arrays.copyOfRange(part, from, part.length);
    String wanted = java.util.Arrays.toString(tail);
    return tail.length == 0 || all.contains(wanted.substring(1, wanted.length() - 1));
  }
}
