package dev.unmask.cli;

/** Compares an answer with the right one. */
public final class Exactness {
  /** What stands before the final answer in worked solutions. */
  private static final String FINAL_ANSWER = "####";

  private Exactness() {}

  /**
   * Whether the answers are equal; only what follows {@code ####} counts where that is expected.
   */
  public static boolean isExact(String expected, String actual) {
    int mark = expected.lastIndexOf(FINAL_ANSWER);
    if (mark < 0) {
      return expected.strip().equals(actual.strip());
    }
    int actualMark = actual.lastIndexOf(FINAL_ANSWER);
    return actualMark >= 0
        && expected
            .substring(mark + FINAL_ANSWER.length())
            .strip()
            .equals(actual.substring(actualMark + FINAL_ANSWER.length()).strip());
  }
}
