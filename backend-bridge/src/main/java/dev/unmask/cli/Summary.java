package dev.unmask.cli;

import java.util.Locale;

/** Totals of a run. */
final class Summary {
  private int requests;
  private int failed;
  private long tokens;
  private long passes;
  private int compared;
  private int exact;

  void add(Job job) {
    requests++;
    if (job.error() != null) {
      failed++;
      return;
    }
    tokens += job.outputTokens();
    passes += job.forwardPasses();
    if (job.hasExpected()) {
      compared++;
      exact += job.isExact() ? 1 : 0;
    }
  }

  int failed() {
    return failed;
  }

  /**
   * One line of totals.
   *
   * @param seconds wall time of the run
   * @param hostShare share of the decode loop's time outside the engine
   */
  String line(double seconds, double hostShare) {
    StringBuilder line = new StringBuilder();
    line.append(
        String.format(
            Locale.ROOT,
            "%d requests, %d tokens, %d passes, %.2f tokens/pass, %.1f tokens/s, %.2f s, host %.1f%%",
            requests,
            tokens,
            passes,
            passes == 0 ? 0 : (double) tokens / passes,
            seconds == 0 ? 0 : tokens / seconds,
            seconds,
            hostShare * 100));
    if (compared > 0) {
      line.append(
          String.format(
              Locale.ROOT, ", exact %d/%d (%.3f)", exact, compared, (double) exact / compared));
    }
    if (failed > 0) {
      line.append(", failed ").append(failed);
    }
    return line.toString();
  }
}
