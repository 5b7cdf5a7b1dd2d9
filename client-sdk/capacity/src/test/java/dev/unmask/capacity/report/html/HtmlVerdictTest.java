package dev.unmask.capacity.report.html;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;

class HtmlVerdictTest {
  private static String verdict(ObjectNode summary) {
    return Verdict.of(Summary.of(summary));
  }

  private static ObjectNode comparison(ObjectNode summary, int level) {
    return (ObjectNode) summary.path("levels").path(level).path("comparison");
  }

  @Test
  void of_singleLevel_saysSpeedBesideScore() {
    assertEquals(
        "A wrote 1.54 times (95% interval 1.47 to 1.61) the tokens/s of B at 1 user, with a score"
            + " 0.23 lower: not comparable at a margin of 0.05. A wrote 3100 tokens/s at 1 user,"
            + " 99% of the requests within 30 ms, with a score of 0.74. B wrote 2100 tokens/s at"
            + " 1 user, 99% of the requests within 45 ms, with a score of 0.97. 4 requests failed,"
            + " beside 240 that were answered.",
        verdict(HtmlSummaries.sweep(1)));
  }

  @Test
  void of_sweep_saysLeastAndGreatestRatio() {
    ObjectNode summary = HtmlSummaries.sweep(1, 8);
    comparison(summary, 1).put("ratio", 1.02).put("low", 0.98).put("high", 1.06);
    comparison(summary, 1).put("comparable", true).put("score_difference", 0.01);
    assertTrue(
        verdict(summary)
            .startsWith(
                "A wrote 1.02 times (at 8 users; 95% interval 0.98 to 1.06) to 1.54 times (at 1"
                    + " user; 95% interval 1.47 to 1.61) the tokens/s of B, with a score 0.23 lower"
                    + " to 0.01 higher: comparable at 1 of 2 levels at a margin of 0.05. No"
                    + " difference in speed was shown at 8 users: the interval holds 1."),
        () -> verdict(summary));
  }

  @Test
  void of_noScore_saysSo() {
    ObjectNode summary = HtmlSummaries.sweep(1);
    comparison(summary, 0).remove("score_difference");
    assertTrue(verdict(summary).contains("at 1 user; no scores were compared."));
  }

  @Test
  void of_oneTarget_comparesNothing() {
    ObjectNode summary = HtmlSummaries.sweep(1);
    ((ObjectNode) summary.path("levels").path(0)).remove("comparison");
    assertTrue(verdict(summary).startsWith("A wrote 3100 tokens/s"));
  }

  @Test
  void of_doubtfulRuns_areNamed() {
    ObjectNode summary = HtmlSummaries.sweep(1, 8);
    HtmlSummaries.run(summary, 1, 0).put("steady", false);
    HtmlSummaries.run(summary, 0, 1).putObject("driver").put("bottleneck", true);
    assertTrue(verdict(summary).contains("Not steady, so without weight: A at 8 users."));
    assertTrue(verdict(summary).contains("may be faster: B at 1 user."));
    assertFalse(verdict(HtmlSummaries.sweep(1, 8)).contains("steady"));
  }

  @Test
  void of_sweepOfParameters_saysWhatIsWorthHaving() throws Exception {
    ObjectNode summary = HtmlSummaries.sweep(1);
    summary.withArray("frontier").add("A").add("B");
    summary.put("chosen", "B");
    ObjectNode first = (ObjectNode) summary.get("targets").get(0);
    ObjectNode second = (ObjectNode) summary.get("targets").get(1);
    first.putObject("parameters").put("max_tokens", 96).put("skip_threshold", 0.7);
    second.putObject("parameters").put("max_tokens", 96).put("skip_threshold", 0.9);
    ((ObjectNode) summary.get("levels").get(0)).remove("comparison");
    String verdict = verdict(summary);
    assertTrue(
        verdict.startsWith(
            "Of 2 combinations no other beats in score and speed: A (skip_threshold=0.7), B"
                + " (skip_threshold=0.9). Chosen is skip_threshold=0.9. B wrote "),
        verdict);
    Document report = HtmlSummaries.report(summary);
    assertTrue(
        report
            .getElementsByTagName("h1")
            .item(0)
            .getTextContent()
            .startsWith("Decoding parameters of "));
    assertTrue(HtmlSummaries.charts(report).contains("Score against speed"));
  }

  @Test
  void of_nothing_saysSo() {
    assertEquals("Nothing was measured.", verdict(HtmlSummaries.sweep()));
  }
}
