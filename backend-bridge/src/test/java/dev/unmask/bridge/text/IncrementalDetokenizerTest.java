package dev.unmask.bridge.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

class IncrementalDetokenizerTest {

  @ParameterizedTest
  @FieldSource("dev.unmask.bridge.text.TextFixtures#MODELS")
  void append_randomTexts_addUpToDecode(String model) {
    try (TextTokenizer tokenizer = TextTokenizer.load(TextFixtures.directory(model))) {
      Random random = new Random(6);
      for (int i = 0; i < 200; i++) {
        int[] ids =
            tokenizer.encode(TextFixtures.randomText(random, tokenizer.addedTokens()), true);
        assertEquals(tokenizer.decode(ids, true), concatenated(tokenizer, ids, true));
      }
    }
  }

  @ParameterizedTest
  @FieldSource("dev.unmask.bridge.text.TextFixtures#MODELS")
  void append_randomIds_addUpToDecode(String model) {
    try (TextTokenizer tokenizer = TextTokenizer.load(TextFixtures.directory(model))) {
      Random random = new Random(7);
      for (int i = 0; i < 2000; i++) {
        int[] ids = random.ints(random.nextInt(40), 0, 256).toArray();
        assertEquals(tokenizer.decode(ids, true), concatenated(tokenizer, ids, false));
      }
    }
  }

  @Test
  void append_partOfACharacter_heldBack() {
    try (TextTokenizer tokenizer = TextTokenizer.load(TextFixtures.directory("qwen3-gqa"))) {
      int[] ids = tokenizer.encodeText("🙂!");
      assertEquals(5, ids.length);
      IncrementalDetokenizer detokenizer = tokenizer.newDetokenizer();
      assertEquals("", detokenizer.append(ids[0]));
      assertEquals("", detokenizer.append(ids[1]));
      assertEquals("", detokenizer.append(ids[2]));
      assertEquals("🙂", detokenizer.append(ids[3]));
      assertEquals("!", detokenizer.append(ids[4]));
      assertEquals("", detokenizer.append(ids[0]));
      assertEquals("\uFFFD", detokenizer.finish());
    }
  }

  @Test
  void append_unknownId_nothing() {
    try (TextTokenizer tokenizer = TextTokenizer.load(TextFixtures.directory("qwen3-gqa"))) {
      IncrementalDetokenizer detokenizer = tokenizer.newDetokenizer();
      assertEquals("", detokenizer.append(-1));
      assertEquals("", detokenizer.append(1 << 20));
      assertEquals("", detokenizer.finish());
    }
  }

  private static String concatenated(TextTokenizer tokenizer, int[] ids, boolean wellFormed) {
    IncrementalDetokenizer detokenizer = tokenizer.newDetokenizer();
    StringBuilder text = new StringBuilder();
    for (int id : ids) {
      String piece = detokenizer.append(id);
      if (wellFormed) {
        assertFalse(piece.indexOf('\uFFFD') >= 0, piece);
      }
      text.append(piece);
    }
    return text.append(detokenizer.finish()).toString();
  }
}
