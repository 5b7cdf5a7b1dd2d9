package dev.unmask.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class MetricFamilyTest {
  @Test
  void families_haveNamesOfTheirOwnAndAscendingBounds() {
    Set<String> names = new HashSet<>();
    for (MetricFamily family : MetricFamily.values()) {
      assertTrue(names.add(family.id()), family.id());
      assertEquals(family.kind() == MetricFamily.Kind.COUNTER, family.id().endsWith("_total"));
      if (family.kind() == MetricFamily.Kind.HISTOGRAM) {
        double[] sorted = family.bounds();
        Arrays.sort(sorted);
        assertTrue(Arrays.equals(sorted, family.bounds()), family.id());
      }
    }
  }

  @Test
  void series_eachFamilyHasThemWithItsLabelOrWithout() {
    Set<MetricFamily> seen = new HashSet<>();
    for (MetricSeries series : MetricSeries.values()) {
      seen.add(series.family());
      assertEquals(series.family().label() == null, series.labelValue() == null, series.name());
    }
    assertEquals(Set.of(MetricFamily.values()), seen);
  }
}
