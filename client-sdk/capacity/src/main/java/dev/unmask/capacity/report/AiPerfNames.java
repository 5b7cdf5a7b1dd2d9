package dev.unmask.capacity.report;

import dev.unmask.capacity.measure.Measure;
import java.util.Locale;

/** What AIPerf calls our measures. */
final class AiPerfNames {
  private AiPerfNames() {}

  static String tag(Measure measure) {
    return measure == Measure.TIME_TO_FIRST_BLOCK ? "time_to_first_token" : measure.tag();
  }

  static String unit(Measure measure) {
    return measure == Measure.OUTPUT_TOKEN_THROUGHPUT_PER_USER
        ? "tokens/sec/user"
        : measure.unit().replace("tokens/s", "tokens/sec");
  }

  /** As a person reads it, with its unit, such as {@code Time to First Token (ms)}. */
  static String title(Measure measure) {
    StringBuilder title = new StringBuilder();
    for (String word : tag(measure).split("_", -1)) {
      String shown =
          word.equals("to") || word.equals("per")
              ? word
              : word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1);
      title.append(title.isEmpty() ? "" : " ").append(shown);
    }
    return title + " (" + unit(measure) + ")";
  }
}
