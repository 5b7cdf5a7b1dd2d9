package dev.unmask.capacity.score;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import dev.unmask.capacity.load.PromptEntry;
import dev.unmask.capacity.load.Sample;
import dev.unmask.capacity.targets.Answer;
import dev.unmask.capacity.targets.Prompt;
import dev.unmask.scheduler.UnmaskException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class CommandScorerTest {
  private static List<Sample> samples(int count) {
    List<Sample> samples = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Sample sample = mock(Sample.class);
      when(sample.id()).thenReturn("s" + i);
      when(sample.prompt())
          .thenReturn(
              new PromptEntry(
                  "p" + i, i % 2 == 0 ? "even" : "odd", Prompt.ofUser("q"), "right", Map.of()));
      when(sample.answer())
          .thenReturn(Answer.ofTokens(i % 2 == 0 ? "right" : "wrong\n", 1, 1, "stop"));
      samples.add(sample);
    }
    return samples;
  }

  private static String failure(String command, int count) {
    return assertThrows(
            UnmaskException.class, () -> new CommandScorer(command, 20).score(samples(count)))
        .getMessage();
  }

  @Test
  void scores_areByTask() throws InterruptedException {
    // Scores 1 for what has the right text, 0.5 for the rest.
    String command =
        "sed -e 's/.*\"id\":\"\\(s[0-9]*\\)\".*\"text\":\"right\"}/{\"id\":\"\\1\",\"score\":1}/'"
            + " -e 's/.*\"id\":\"\\(s[0-9]*\\)\".*\"text\":\"wrong.*/{\"id\":\"\\1\",\"score\":0.5}/'";
    Score score = new CommandScorer(command, 20).score(samples(1000)).orElseThrow();
    assertEquals(0.75, score.mean(), 1e-9);
    assertEquals(1000, score.count());
    assertEquals(1, score.byTask().get("even").mean());
    assertEquals(0.5, score.byTask().get("odd").mean());
  }

  @Test
  void whatGoesWrong_isTold() {
    assertTrue(failure("exit 3", 2000).endsWith("ended with exit code 3"));
    assertTrue(failure("cat >/dev/null", 1).endsWith("gave no score for id=s0"));
    assertTrue(failure("cat >/dev/null; echo x", 1).contains("is not JSON: x"));
    assertTrue(
        failure("cat >/dev/null; echo '{\"id\":\"s0\",\"score\":2}'", 1).contains("no score in"));
  }

  @Test
  void aScorerThatHangs_isStopped() {
    String message =
        assertThrows(
                UnmaskException.class, () -> new CommandScorer("sleep 100", 1).score(samples(1)))
            .getMessage();
    assertTrue(message.endsWith("was not done within 1 s"), message);
  }

  /**
   * More than a pipe holds, which the scorer leaves in it; and an output that a child keeps open.
   */
  @ParameterizedTest
  @CsvSource({"sleep 100, 2000", "cat >/dev/null; sleep 3 &, 1"})
  void aScorerThatReadsNothingOrLeavesItsOutputOpen_isStopped(String command, int count) {
    String message =
        assertThrows(
                UnmaskException.class, () -> new CommandScorer(command, 1).score(samples(count)))
            .getMessage();
    assertTrue(message.endsWith("was not done within 1 s"), message);
  }

  @Test
  void exactScorer_needsExpectedAnswers() {
    assertEquals(0.5, new ExactScorer().score(samples(4)).orElseThrow().mean());
    Sample unknown = mock(Sample.class);
    when(unknown.prompt()).thenReturn(new PromptEntry("p", "", Prompt.ofUser("q"), null, Map.of()));
    assertEquals(Optional.empty(), new ExactScorer().score(List.of(unknown)));
  }
}
