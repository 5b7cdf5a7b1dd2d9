package dev.unmask.scheduler.unmask;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TokenHistoryTest {
  @Test
  void commit_countsFromTheNextPassOn() {
    TokenHistory history = new TokenHistory();
    history.addPrompt(7);
    history.beginPass();
    history.commit(7);
    history.commit(8);
    history.commit(8);
    assertTrue(history.inPrompt(7));
    assertEquals(0, history.generated(7));
    assertEquals(0, history.generated(8));
    history.beginPass();
    assertEquals(1, history.generated(7));
    assertEquals(2, history.generated(8));
    assertFalse(history.inPrompt(8));
    history.retract(8);
    assertEquals(2, history.generated(8));
    history.beginPass();
    assertEquals(1, history.generated(8));
  }

  @Test
  void counts_manyTokens_equalThoseOfAMap() {
    Random random = new Random(3);
    TokenHistory history = new TokenHistory();
    Map<Integer, Integer> expected = new HashMap<>();
    for (int i = 0; i < 20_000; i++) {
      int token = random.nextInt(3) == 0 ? random.nextInt(200_000) : 1024 * random.nextInt(90);
      history.commit(token);
      expected.merge(token, 1, Integer::sum);
    }
    history.beginPass();
    for (int token = 0; token < 200_000; token++) {
      assertEquals(expected.getOrDefault(token, 0), history.generated(token));
    }
  }
}
