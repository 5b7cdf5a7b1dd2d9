package dev.unmask.capacity.load;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SteadyStateTest {
  /** Answers that end within [0, 900), a number of them in each third. */
  private static List<Sample> ended(int... perWindow) {
    List<Sample> samples = new ArrayList<>();
    for (int window = 0; window < perWindow.length; window++) {
      for (int i = 0; i < perWindow[window]; i++) {
        Sample sample = mock(Sample.class);
        when(sample.endNanos()).thenReturn(300L * window + i % 300);
        when(sample.tokens()).thenReturn(10L);
        samples.add(sample);
      }
    }
    return samples;
  }

  @Test
  void evenRates_areSteady() {
    assertTrue(SteadyState.isSteady(ended(200, 190, 205), 0, 900));
  }

  @Test
  void risingRates_areNot() {
    assertFalse(SteadyState.isSteady(ended(100, 200, 300), 0, 900));
  }

  @Test
  void anEmptyWindow_isNot() {
    assertFalse(SteadyState.isSteady(ended(5, 5, 0), 0, 900));
    assertFalse(SteadyState.isSteady(List.of(), 0, 900));
  }

  @Test
  void aFewAnswersMoreOrLess_areChance() {
    assertTrue(SteadyState.isSteady(ended(5, 4, 6), 0, 900));
  }
}
