package dev.unmask.capacity.score;

import dev.unmask.capacity.load.Sample;
import dev.unmask.cli.Exactness;
import java.util.List;
import java.util.Optional;

/** An answer is right where it equals the expected one; see {@link Exactness}. */
public final class ExactScorer implements Scorer {
  @Override
  public Optional<Score> score(List<Sample> answered) {
    Score.Builder score = new Score.Builder();
    for (Sample sample : answered) {
      String expected = sample.prompt().expected();
      if (expected != null) {
        boolean exact = Exactness.isExact(expected, sample.answer().text());
        score.add(sample.prompt().task(), exact ? 1 : 0);
      }
    }
    Score all = score.build();
    return all.count() == 0 ? Optional.empty() : Optional.of(all);
  }
}
