package dev.unmask.bridge.text;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

class TextTokenizerTest {

  @TempDir Path directory;

  @ParameterizedTest
  @FieldSource("dev.unmask.bridge.text.TextFixtures#MODELS")
  void encode_publishedSamples_sameIds(String model) throws Exception {
    Path samples = TextFixtures.directory(model).resolve("samples.json");
    if (!Files.exists(samples)) {
      return;
    }
    try (TextTokenizer tokenizer = TextTokenizer.load(TextFixtures.directory(model))) {
      for (JsonNode sample : TextFixtures.json(samples).path("samples")) {
        String text = sample.path("text").asText();
        assertArrayEquals(
            TextFixtures.ints(sample.path("ids")), tokenizer.encode(text, false), text);
        assertArrayEquals(
            TextFixtures.ints(sample.path("ids_with_special_tokens")),
            tokenizer.encode(text, true),
            text);
      }
    }
  }

  @ParameterizedTest
  @FieldSource("dev.unmask.bridge.text.TextFixtures#MODELS")
  void encodePlainPrompt_noControlString_equalsOrdinaryEncoding(String model) {
    try (TextTokenizer tokenizer = TextTokenizer.load(TextFixtures.directory(model))) {
      Random random = new Random(1);
      for (int i = 0; i < 300; i++) {
        String text = TextFixtures.randomText(random);
        assertArrayEquals(
            tokenizer.encode(text, true),
            tokenizer.encodePlainPrompt(text),
            () -> "[" + text + "]");
      }
    }
  }

  @ParameterizedTest
  @FieldSource("dev.unmask.bridge.text.TextFixtures#MODELS")
  void encodeText_controlStrings_noControlToken(String model) {
    try (TextTokenizer tokenizer = TextTokenizer.load(TextFixtures.directory(model))) {
      Set<Integer> control = tokenizer.addedTokenIds();
      Random random = new Random(2);
      for (int i = 0; i < 100; i++) {
        String text = TextFixtures.randomText(random, tokenizer.addedTokens());
        for (int id : tokenizer.encodeText(text)) {
          assertFalse(control.contains(id), () -> id + " in [" + text + "]");
        }
      }
    }
  }

  @ParameterizedTest
  @FieldSource("dev.unmask.bridge.text.TextFixtures#MODELS")
  void split_randomTexts_equalsOrdinaryEncoding(String model) {
    try (TextTokenizer tokenizer = TextTokenizer.load(TextFixtures.directory(model))) {
      assertSplitEqualsEncoding(tokenizer, 200);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"lstrip", "rstrip", "single_word", "lstrip rstrip", "normalized"})
  void split_flaggedTokens_equalsOrdinaryEncoding(String flags) throws Exception {
    ObjectNode json =
        (ObjectNode)
            TextFixtures.json(TextFixtures.directory("tiny-llada").resolve("tokenizer.json"));
    int id = 768;
    for (String content :
        new String[] {"<|eot", "a<|", "MASK", "23.", "東", "_id|>", "<|eot_id|><|"}) {
      ObjectNode token = ((ObjectNode) json.path("added_tokens").get(0)).deepCopy();
      token.put("id", id++);
      token.put("content", content);
      for (String flag : flags.split(" ", -1)) {
        token.put(flag, true);
      }
      json.withArray("added_tokens").add(token);
    }
    Files.writeString(directory.resolve("tokenizer.json"), json.toString());
    try (TextTokenizer tokenizer = TextTokenizer.load(directory)) {
      assertSplitEqualsEncoding(tokenizer, 1000);
    }
  }

  private static void assertSplitEqualsEncoding(TextTokenizer tokenizer, int texts) {
    Random random = new Random(3);
    for (int i = 0; i < texts; i++) {
      String text = TextFixtures.randomText(random, tokenizer.addedTokens());
      IdList ids = new IdList();
      tokenizer
          .splitter()
          .split(
              text,
              new AddedTokenSplitter.Sink() {
                @Override
                public void text(String part) {
                  ids.addAll(tokenizer.encodeText(part));
                }

                @Override
                public void token(AddedToken token) {
                  ids.add(token.id());
                }
              });
      assertArrayEquals(tokenizer.encode(text, false), ids.toArray(), () -> "[" + text + "]");
    }
  }

  @Test
  void tokenId_controlTokens_found() {
    try (TextTokenizer tokenizer = TextTokenizer.load(TextFixtures.directory("tiny-llada"))) {
      assertEquals(766, tokenizer.tokenId("<|eot_id|>").orElseThrow());
      assertTrue(tokenizer.tokenId("<|nothing|>").isEmpty());
      assertTrue(tokenizer.isSpecial(767));
      assertFalse(tokenizer.isSpecial(5));
      assertEquals("a", tokenizer.decode(new int[] {766, tokenizer.encodeText("a")[0]}, true));
    }
  }

  @Test
  void encode_loneSurrogate_replaced() {
    try (TextTokenizer tokenizer = TextTokenizer.load(TextFixtures.directory("tiny-llada"))) {
      assertArrayEquals(tokenizer.encodeText("a\uFFFDb🙂"), tokenizer.encodeText("a\ud83db🙂"));
    }
  }

  @Test
  void load_noFile_notFound() {
    UnmaskException e = assertThrows(UnmaskException.class, () -> TextTokenizer.load(directory));
    assertEquals(ErrorCode.NOT_FOUND, e.code());
  }

  @Test
  void load_otherModelType_unsupported() throws Exception {
    Files.writeString(
        directory.resolve("tokenizer.json"),
        "{\"model\": {\"type\": \"Unigram\"}, \"decoder\": {\"type\": \"ByteLevel\"}}");
    UnmaskException e = assertThrows(UnmaskException.class, () -> TextTokenizer.load(directory));
    assertEquals(ErrorCode.UNSUPPORTED, e.code());
    assertEquals("tokenizer.json: model.type=Unigram, supported is BPE", e.getMessage());
  }

  @Test
  void load_brokenJson_invalid() throws Exception {
    Files.writeString(directory.resolve("tokenizer.json"), "{\"model\": ");
    UnmaskException e = assertThrows(UnmaskException.class, () -> TextTokenizer.load(directory));
    assertEquals(ErrorCode.INVALID_ARGUMENT, e.code());
  }

  @Test
  void use_afterClose_unavailable() {
    TextTokenizer tokenizer = TextTokenizer.load(TextFixtures.directory("tiny-llada"));
    tokenizer.close();
    tokenizer.close();
    UnmaskException e = assertThrows(UnmaskException.class, () -> tokenizer.encode("a", false));
    assertEquals(ErrorCode.UNAVAILABLE, e.code());
  }
}
