package dev.unmask.it;

import dev.unmask.bridge.engine.EngineCapabilities;
import dev.unmask.bridge.engine.EngineSession;
import dev.unmask.scheduler.StepOutputs;
import dev.unmask.scheduler.StepPlan;

/**
 * Passes everything on and remembers how close the closest decisions were: between the two best
 * tokens of a position, and between the confidences of two positions of a row.
 */
final class TracingEngine implements EngineSession {
  private final EngineSession engine;
  private double closestTokens = Double.POSITIVE_INFINITY;
  private String tokens = "none";
  private double closestPositions = Double.POSITIVE_INFINITY;
  private String positions = "none";
  private int pass;

  TracingEngine(EngineSession engine) {
    this.engine = engine;
  }

  @Override
  public EngineCapabilities capabilities() {
    return engine.capabilities();
  }

  @Override
  public void run(StepPlan plan, StepOutputs outputs) {
    engine.run(plan, outputs);
    pass++;
    for (int o = 0; o < plan.outputCount(); o++) {
      double p = probability(outputs, o, 0);
      double second = probability(outputs, o, 1);
      if (p - second < closestTokens) {
        closestTokens = p - second;
        tokens =
            "pass %d position %d: token %d p=%.7f, token %d p=%.7f"
                .formatted(
                    pass,
                    plan.positionId(plan.outputQuery(o)),
                    outputs.candidateId(o, 0),
                    p,
                    outputs.candidateId(o, 1),
                    second);
      }
      for (int other = 0; other < o; other++) {
        double q = probability(outputs, other, 0);
        if (Math.abs(p - q) < closestPositions) {
          closestPositions = Math.abs(p - q);
          positions =
              "pass %d: position %d p=%.9f, position %d p=%.9f"
                  .formatted(
                      pass,
                      plan.positionId(plan.outputQuery(o)),
                      p,
                      plan.positionId(plan.outputQuery(other)),
                      q);
        }
      }
    }
  }

  private static double probability(StepOutputs outputs, int o, int candidate) {
    return Math.exp(outputs.candidateLogit(o, candidate) - outputs.logSumExp(o));
  }

  @Override
  public String toString() {
    return "closest tokens: " + tokens + "; closest positions: " + positions;
  }

  @Override
  public void close() {
    engine.close();
  }
}
