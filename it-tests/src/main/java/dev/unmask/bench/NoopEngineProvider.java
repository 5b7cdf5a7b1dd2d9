package dev.unmask.bench;

import dev.unmask.bridge.engine.EngineCapabilities;
import dev.unmask.bridge.engine.EngineOptions;
import dev.unmask.bridge.engine.EngineProvider;
import dev.unmask.bridge.engine.EngineSession;
import dev.unmask.repository.ModelManifest;
import dev.unmask.scheduler.StepOutputs;
import dev.unmask.scheduler.StepPlan;
import java.nio.file.Path;

/**
 * An engine that computes nothing: at every position it is certain of the same token. It leaves the
 * cost of the server alone to be measured. Named {@code noop}; only benchmarks have it on their
 * class path.
 */
public final class NoopEngineProvider implements EngineProvider {
  /** A token with text of its own in the vocabularies of the bundled models. */
  private static final int TOKEN = 66;

  private static final float CERTAIN = 40;

  @Override
  public String name() {
    return "noop";
  }

  @Override
  public EngineSession open(Path versionDirectory, ModelManifest manifest, EngineOptions options) {
    long all = (long) options.maxSequences() * manifest.maxContext();
    return new Session(
        new EngineCapabilities(
            options.maxSequences(),
            manifest.maxContext(),
            options.kvPositions() > 0 ? options.kvPositions() : all,
            1,
            manifest.candidates(),
            manifest.specialTokenIds().stream().mapToInt(Integer::intValue).toArray(),
            false,
            "no engine"));
  }

  private record Session(EngineCapabilities capabilities) implements EngineSession {
    @Override
    public void run(StepPlan plan, StepOutputs outputs) {
      outputs.resize(plan.outputCount());
      for (int o = 0; o < plan.outputCount(); o++) {
        for (int c = 0; c < outputs.candidateCount(); c++) {
          outputs.setCandidate(o, c, TOKEN + c, c == 0 ? CERTAIN : -c);
        }
        for (int s = 0; s < outputs.specialCount(); s++) {
          outputs.setSpecialLogit(o, s, -CERTAIN);
        }
        outputs.setDistribution(o, CERTAIN, 0);
      }
    }

    @Override
    public void close() {
      // Nothing is held.
    }
  }
}
