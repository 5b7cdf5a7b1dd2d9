package dev.unmask.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Recorded runs of the published samplers inside the real Triton: the same tokens. */
@Timeout(300)
@RealTriton
class ITRealTritonTokens {
  private static RealTritonTarget triton;

  @BeforeAll
  static void start() {
    triton = new RealTritonTarget(ServingContract.repository());
  }

  @AfterAll
  static void stop() {
    triton.close();
  }

  static Stream<GoldenLine> lines() {
    return ITServedTokens.lines();
  }

  @ParameterizedTest
  @MethodSource("lines")
  void golden_alone_isAsPublished(GoldenLine line) {
    assertArrayEquals(line.answerIds(), Ask.golden(line).start(triton).ok().ids());
    assertArrayEquals(line.answerIds(), Ask.golden(line).stream().start(triton).ok().ids());
  }

  @Test
  void golden_allAtOnce_areAsPublished() {
    List<GoldenLine> lines = lines().toList();
    assertTrue(lines.size() >= 30, () -> lines.size() + " lines");
    List<Answer> answers = new ArrayList<>();
    for (GoldenLine line : lines) {
      Ask ask = Ask.golden(line);
      answers.add((answers.size() % 2 == 0 ? ask : ask.stream()).start(triton));
    }
    List<String> wrong = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      if (!Arrays.equals(lines.get(i).answerIds(), answers.get(i).ok().ids())) {
        wrong.add(lines.get(i).toString());
      }
    }
    assertEquals(List.of(), wrong);
  }
}
