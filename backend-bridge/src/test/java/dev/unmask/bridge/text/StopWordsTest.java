package dev.unmask.bridge.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unmask.scheduler.UnmaskException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StopWordsTest {
  @Test
  void append_noWords_everythingAtOnce() {
    StopWords stop = new StopWords(List.of());
    assertEquals("abc", stop.append("abc"));
    assertEquals("", stop.finish(""));
    assertFalse(stop.stopped());
  }

  @Test
  void append_wordOverSeveralPieces_cutBeforeIt() {
    StopWords stop = new StopWords(List.of("\n\nQ:"));
    assertEquals("yes", stop.append("yes\n"));
    assertEquals("", stop.append("\n"));
    assertEquals("", stop.append("Q"));
    assertFalse(stop.stopped());
    assertEquals("", stop.append(": more"));
    assertTrue(stop.stopped());
    assertEquals(4, stop.consumedTokens());
    assertEquals(1, stop.coveredTokens());
    assertEquals("", stop.append("x"));
    assertEquals("", stop.finish("y"));
  }

  @Test
  void append_beginningThatComesToNothing_released() {
    StopWords stop = new StopWords(List.of("aab"));
    assertEquals("x", stop.append("xaa"));
    assertEquals("a", stop.append("a"));
    assertEquals("aac", stop.append("c"));
    assertEquals("", stop.append("aa"));
    assertEquals("aa", stop.finish(""));
  }

  @Test
  void finish_wordCompletedByTheRest_cut() {
    StopWords stop = new StopWords(List.of("b\uFFFD"));
    assertEquals("a", stop.append("ab"));
    assertEquals("", stop.finish("\uFFFD"));
    assertTrue(stop.stopped());
    assertEquals(1, stop.coveredTokens());
  }

  @Test
  void coveredTokens_cutInsideAToken_countsIt() {
    StopWords stop = new StopWords(List.of("END"));
    stop.append("one ");
    stop.append("two END");
    assertEquals(2, stop.coveredTokens());
  }

  @Test
  void coveredTokens_stopAtTheStart_none() {
    StopWords stop = new StopWords(List.of("E"));
    stop.append("");
    stop.append("E");
    assertTrue(stop.stopped());
    assertEquals(0, stop.coveredTokens());
    assertEquals(2, stop.consumedTokens());
  }

  @Test
  void constructor_emptyWord_invalid() {
    assertThrows(UnmaskException.class, () -> new StopWords(List.of("a", "")));
  }

  @Test
  void append_randomTexts_cutAtTheEarliestWordHoweverTheTextArrives() {
    Random random = new Random(8);
    for (int i = 0; i < 5000; i++) {
      List<String> words = new ArrayList<>();
      for (int n = random.nextInt(3); n >= 0; n--) {
        words.add(randomWord(random, 1 + random.nextInt(4)));
      }
      String text = randomWord(random, random.nextInt(30));
      int cut = text.length();
      for (String word : words) {
        int index = text.indexOf(word);
        cut = index < 0 ? cut : Math.min(cut, index);
      }
      StopWords stop = new StopWords(words);
      StringBuilder out = new StringBuilder();
      int sent = 0;
      while (sent < text.length() && !stop.stopped()) {
        int next = Math.min(text.length(), sent + random.nextInt(4));
        out.append(stop.append(text.substring(sent, next)));
        sent = next;
      }
      out.append(stop.finish(""));
      assertEquals(text.substring(0, cut), out.toString(), () -> words + " in " + text);
      assertEquals(words.stream().anyMatch(text::contains), stop.stopped());
    }
  }

  private static String randomWord(Random random, int length) {
    StringBuilder word = new StringBuilder();
    for (int i = 0; i < length; i++) {
      word.append((char) ('a' + random.nextInt(3)));
    }
    return word.toString();
  }

  @Test
  void constructor_tooLong_invalid() {
    List<String> many = Collections.nCopies(1025, "a");
    assertEquals(
        "stop has 1025 words, more than 1024",
        assertThrows(UnmaskException.class, () -> new StopWords(many)).getMessage());
    List<String> longWords = List.of("a".repeat(16_000), "b".repeat(400));
    assertEquals(
        "stop has 16400 characters, more than 16384",
        assertThrows(UnmaskException.class, () -> new StopWords(longWords)).getMessage());
  }

  @Test
  void append_longWordsThatRepeat_releasedAsSoonAsTheyCannotBe() {
    StopWords stop = new StopWords(List.of("a".repeat(8000) + "b", "aab"));
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 20_000; i++) {
      text.append(stop.append("a"));
    }
    assertEquals(12_000, text.length());
    text.append(stop.append("c"));
    assertEquals("a".repeat(20_000) + "c", text.toString());
    text.append(stop.append("aab"));
    assertTrue(stop.stopped());
    assertEquals("a".repeat(20_000) + "c", text.toString());
  }
}
