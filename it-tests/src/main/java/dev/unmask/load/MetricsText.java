package dev.unmask.load;

import java.util.HashMap;
import java.util.Map;

/** Metrics as the server publishes them. Immutable. */
public final class MetricsText {
  private final Map<String, Double> series = new HashMap<>();

  MetricsText(String text) {
    text.lines()
        .filter(line -> !line.startsWith("#") && !line.isBlank())
        .forEach(
            line -> {
              int value = line.lastIndexOf(' ');
              series.put(line.substring(0, value), Double.parseDouble(line.substring(value + 1)));
            });
  }

  /**
   * The sum of the series of a name with all of these labels.
   *
   * @param labels as they are written, such as {@code model="tiny_ar"}
   */
  public double sum(String name, String... labels) {
    double sum = 0;
    for (Map.Entry<String, Double> entry : series.entrySet()) {
      String key = entry.getKey();
      boolean named =
          key.startsWith(name)
              && (key.length() == name.length() || key.charAt(name.length()) == '{');
      for (String label : labels) {
        named &= key.contains(label);
      }
      sum += named ? entry.getValue() : 0;
    }
    return sum;
  }
}
