package dev.unmask.request;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unmask.bridge.ScriptedEngine;
import dev.unmask.scheduler.FinishReason;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class GenerationDeltasTest extends GenerationTestBase {
  @BeforeEach
  void start() {
    start(Runnable::run);
  }

  /** Lets the engine generate these ids after a prompt of one token. */
  private void script(int... ids) {
    script = (first, position) -> ids[Math.min(position, ids.length) - 1];
  }

  private static GenerationInputs prompt(String algorithm, int maxTokens) {
    return GenerationInputs.ids(1).with("algorithm", algorithm).with("max_tokens", maxTokens);
  }

  @Test
  void stream_beginningOfAStopWord_heldBackWithItsTokens() throws Exception {
    script(tokenizer.encodeText("x<y<|z"));
    int tokens = tokenizer.encodeText("x<y<|z").length;
    RecordingObserver observer =
        generate(prompt("autoregressive", tokens).stream(true).stop(List.of("<|z", "nothing")));
    assertEquals("x<y", observer.text());
    assertEquals("x<y", observer.result.text());
    assertSame(FinishReason.STOP, observer.result.finishReason());
    assertArrayEquals(tokenizer.encodeText("x<y"), observer.ids());
    for (GenerationDelta delta : observer.deltas) {
      assertFalse(delta.text().endsWith("<"), "may be a stop word: " + delta.text());
    }
    assertArrayEquals(observer.ids(), observer.result.tokenIds());
  }

  @Test
  void stream_characterOfSeveralTokens_neverSplit() throws Exception {
    int[] ids = tokenizer.encodeText("é🙂!");
    assertTrue(ids.length > 4);
    script(ids);
    RecordingObserver observer = generate(prompt("autoregressive", ids.length).stream(true));
    assertEquals(
        List.of("é", "🙂", "!"),
        observer.deltas.stream().map(GenerationDelta::text).filter(t -> !t.isEmpty()).toList());
    assertArrayEquals(ids, observer.ids());
    assertSame(FinishReason.LENGTH, observer.result.finishReason());
  }

  @Test
  void notStreamed_everythingComesWithTheResult() throws Exception {
    RecordingObserver observer = generate(prompt("d2f", 20).logprobs(2));
    assertEquals(1, observer.deltas.size());
    assertEquals(observer.result.text(), observer.text());
    assertEquals(20, observer.ids().length);
    assertEquals(20, observer.logprobs().size());
    assertEquals(1, telemetry.responses.size());
  }

  @Test
  void stream_endToken_endsTheAnswerBeforeIt() throws Exception {
    int[] ids = Arrays.copyOf(tokenizer.encodeText("ab"), 4);
    ids[2] = ScriptedEngine.EOS;
    script(ids);
    for (String algorithm : List.of("autoregressive", "d2f", "block_diffusion")) {
      RecordingObserver observer = generate(prompt(algorithm, 16).stream(true));
      assertEquals("ab", observer.text());
      assertSame(FinishReason.STOP, observer.result.finishReason());
      assertEquals(2, observer.result.tokenIds().length);
    }
  }

  @Test
  void logprobs_chosenTokenAndAlternatives_asTheEngineGaveThem() throws Exception {
    RecordingObserver observer = generate(prompt("autoregressive", 3).logprobs(2).stream(true));
    double sum = 0;
    for (int i = 0; i < 3; i++) {
      TokenLogprob token = observer.logprobs().get(i);
      assertEquals(observer.ids()[i], token.tokenId());
      assertEquals(1, token.rank());
      assertEquals(tokenizer.tokenText(token.tokenId()), token.text());
      assertArrayEquals(tokenizer.tokenBytes(token.tokenId()), token.bytes());
      assertEquals(2, token.alternatives().size());
      assertEquals(token.tokenId(), token.alternatives().get(0).tokenId());
      assertEquals(token.logprob(), token.alternatives().get(0).logprob());
      assertEquals(2, token.alternatives().get(1).rank());
      assertTrue(token.alternatives().get(1).logprob() < token.logprob());
      sum += token.logprob();
    }
    assertEquals(sum, observer.result.cumulativeLogprob());
    assertTrue(Double.isNaN(generate(prompt("d2f", 3)).result.cumulativeLogprob()));
  }

  @Test
  void randomTokensAndStopWords_deltasAddUpToTheResultAndAreCutExactly() throws Exception {
    for (int seed = 0; seed < 300; seed++) {
      Random random = new Random(seed);
      int maxTokens = 1 + random.nextInt(40);
      int[] ids = random.ints(maxTokens, 0, random.nextBoolean() ? 300 : 768).toArray();
      for (int i = 0; i < maxTokens; i++) {
        // The mask token is never generated, and an end token only now and then.
        ids[i] = ids[i] == ScriptedEngine.MASK || random.nextInt(4) == 0 ? 65 : ids[i];
      }
      script(ids);
      int end = 0;
      while (end < maxTokens && !MANIFEST.eosTokenIds().contains(ids[end])) {
        end++;
      }
      int[] answer = Arrays.copyOf(ids, end);
      String full = tokenizer.decode(answer, true);
      List<String> stop = stopWords(random, full);
      int cut = full.length();
      for (String word : stop) {
        int index = full.indexOf(word);
        cut = index < 0 ? cut : Math.min(cut, index);
      }
      boolean stopped = stop.stream().anyMatch(full::contains);
      String algorithm = List.of("autoregressive", "d2f", "block_diffusion").get(random.nextInt(3));
      int logprobs = random.nextInt(4) - 1;
      RecordingObserver streamed =
          generate(prompt(algorithm, maxTokens).stop(stop).logprobs(logprobs).stream(true));
      RecordingObserver whole =
          generate(prompt(algorithm, maxTokens).stop(stop).logprobs(logprobs));

      String what = "seed " + seed + " " + algorithm + " stop " + stop;
      assertEquals(full.substring(0, cut), streamed.text(), what);
      assertEquals(streamed.text(), streamed.result.text(), what);
      assertEquals(streamed.text(), whole.text(), what);
      assertArrayEquals(streamed.result.tokenIds(), streamed.ids(), what);
      assertArrayEquals(streamed.ids(), whole.ids(), what);
      assertEquals(logprobs < 0 ? 0 : streamed.ids().length, streamed.logprobs().size(), what);
      for (int i = 0; i < streamed.logprobs().size(); i++) {
        assertEquals(streamed.ids()[i], streamed.logprobs().get(i).tokenId(), what);
        assertEquals(whole.logprobs().get(i).logprob(), streamed.logprobs().get(i).logprob(), what);
      }
      assertSame(
          stopped || end < maxTokens ? FinishReason.STOP : FinishReason.LENGTH,
          streamed.result.finishReason(),
          what);
      assertIds(streamed.ids(), answer, stopped, streamed.text(), what);
    }
  }

  /** The ids are the answer's, and after a stop word those needed for the text and no more. */
  private static void assertIds(
      int[] ids, int[] answer, boolean stopped, String text, String what) {
    assertArrayEquals(Arrays.copyOf(answer, ids.length), ids, what);
    if (!stopped) {
      assertEquals(answer.length, ids.length, what);
    } else if (ids.length > 0) {
      int[] fewer = Arrays.copyOf(ids, ids.length - 1);
      String without = tokenizer.decode(fewer, true);
      assertTrue(without.length() < text.length() || without.endsWith("\uFFFD"), what);
    }
  }

  /** Pieces of the text, and other words that begin like pieces of it. */
  private static List<String> stopWords(Random random, String text) {
    List<String> words = new ArrayList<>();
    for (int n = random.nextInt(3); n > 0 && !text.isEmpty(); n--) {
      int from = random.nextInt(text.length());
      int to = Math.min(text.length(), from + 1 + random.nextInt(4));
      String piece = text.substring(from, to);
      words.add(random.nextBoolean() ? piece : piece + "\u0001");
    }
    return words;
  }

  @Test
  void badWords_withAndWithoutASpace_neverGenerated() throws Exception {
    int[] ids = tokenizer.encodeText("The dog said the end. the");
    script(ids);
    assertTrue(generate(prompt("autoregressive", ids.length)).text().contains(" the"));
    for (String algorithm : List.of("autoregressive", "d2f", "block_diffusion")) {
      RecordingObserver observer =
          generate(prompt(algorithm, ids.length).bad(List.of("the")).stream(true));
      assertEquals(ids.length, observer.ids().length);
      assertFalse(observer.text().contains(" the"), observer.text());
    }
  }

  @Test
  void snapshots_everyPassThatCommits_inOrderAndBeforeItsDelta() throws Exception {
    RecordingObserver observer = generate(prompt("d2f", 30).stream(true).streamBlocks());
    int[] seen = new int[30];
    int revision = 0;
    int committedTo = 0;
    long elapsedMicros = 0;
    boolean outOfOrder = false;
    for (BlockSnapshot snapshot : observer.snapshots) {
      assertTrue(snapshot.revision() > revision);
      revision = snapshot.revision();
      assertTrue(snapshot.positions().length > 0);
      assertTrue(snapshot.committedTo() >= committedTo);
      committedTo = snapshot.committedTo();
      assertTrue(snapshot.elapsedMicros() >= elapsedMicros);
      elapsedMicros = snapshot.elapsedMicros();
      for (int i = 0; i < snapshot.positions().length; i++) {
        int position = snapshot.positions()[i];
        assertTrue(i == 0 || position > snapshot.positions()[i - 1]);
        outOfOrder |= position > committedTo;
        assertTrue(position < snapshot.length());
        seen[position]++;
        assertEquals(observer.result.tokenIds()[position], snapshot.tokenIds()[i]);
        assertEquals(tokenizer.tokenText(snapshot.tokenIds()[i]), snapshot.texts()[i]);
      }
    }
    assertTrue(outOfOrder, "blocks are decoded in parallel");
    assertTrue(Arrays.stream(seen).allMatch(times -> times == 1));
    assertEquals(30, committedTo);
    GenerationResult.Timing timing = observer.result.timing();
    assertEquals((timing.lastTokenNanos() - timing.firstScheduledNanos()) / 1000, elapsedMicros);
    assertEquals(revision, observer.result.forwardPasses());
  }
}
