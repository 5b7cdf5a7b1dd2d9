package dev.unmask.scheduler;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PassCostsTest {
  @Test
  void millis_betweenAndBeyondPoints_isLinear() {
    PassCosts costs = PassCosts.of(new int[] {1, 16, 32}, new double[] {1, 4, 8});
    assertEquals(1, costs.millis(1), 1e-12);
    assertEquals(2.4, costs.millis(8), 1e-12);
    assertEquals(6, costs.millis(24), 1e-12);
    assertEquals(16, costs.millis(64), 1e-12);
    assertEquals(0.8, costs.millis(0), 1e-12);
  }

  @Test
  void of_timeBelowThatOfFewerPositions_isRaised() {
    PassCosts costs = PassCosts.of(new int[] {1, 16, 32}, new double[] {5, 4, 8});
    assertEquals(5, costs.millis(16), 1e-12);
    assertEquals(5, costs.millis(9), 1e-12);
  }

  @Test
  void parse_whatToStringWrote_isTheSame() {
    PassCosts costs = PassCosts.parse("1:0.3105,16:1.42,32:2690");
    assertEquals(costs, PassCosts.parse(costs.toString()));
    assertEquals(costs.hashCode(), PassCosts.parse(costs.toString()).hashCode());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "1:2; needs two or more",
        "1:2,x; 'x' is not POSITIONS:MILLISECONDS",
        "1:2,16:fast; '16:fast' is not",
        "16:2,16:3; positions=16",
        "0:2,16:3; positions=0",
        "1:2,16:0; 16 positions=0.0",
        "1:2,16:NaN; 16 positions=NaN"
      })
  void parse_wrongValue_isNamed(String text, String named) {
    UnmaskException e = assertThrows(UnmaskException.class, () -> PassCosts.parse(text));
    assertTrue(e.getMessage().contains(named), e.getMessage());
  }
}
