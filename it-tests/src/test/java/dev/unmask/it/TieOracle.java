package dev.unmask.it;

import dev.unmask.bridge.engine.EngineCapabilities;
import dev.unmask.bridge.engine.EngineSession;
import dev.unmask.scheduler.StepOutputs;
import dev.unmask.scheduler.StepPlan;
import dev.unmask.scheduler.parameters.DecodingParameters.Dream;
import dev.unmask.scheduler.parameters.GenerationParameters;
import dev.unmask.scheduler.unmask.TokenChooser;
import java.util.HashMap;
import java.util.Map;

/**
 * Leads a run of Dream's samplers along a published one, where ties allow. A published run never
 * commits a token that is not in its result; so positions that would take another token are made
 * the least confident ones. That is a mere choice among ties as long as what is committed instead
 * was as confident, which is checked after every pass; {@link #violation} tells of the first pass
 * where it was not. A run that ends in the published tokens without a violation differs by ties
 * alone.
 */
final class TieOracle implements EngineSession {
  private final EngineSession engine;
  private final GenerationParameters parameters;
  private final int promptLength;
  private final int[] published;
  private final double tie;
  private final TokenChooser chooser;
  private Map<Integer, Double> agreeing = new HashMap<>();
  private double demoted = Double.NEGATIVE_INFINITY;
  private int demotedPosition;
  private int pass;
  private String violation;
  private String shown = "no tie";

  TieOracle(
      EngineSession engine,
      GenerationParameters parameters,
      int promptLength,
      int[] published,
      double tie) {
    this.engine = engine;
    this.parameters = parameters;
    this.promptLength = promptLength;
    this.published = published;
    this.tie = tie;
    this.chooser = new TokenChooser(parameters.sampling(), false);
  }

  /** What was not a tie, or null. */
  String violation() {
    return violation;
  }

  /** The last tie that was decided the other way: two positions and their scores. */
  String shown() {
    return shown;
  }

  @Override
  public EngineCapabilities capabilities() {
    return engine.capabilities();
  }

  @Override
  public void run(StepPlan plan, StepOutputs outputs) {
    engine.run(plan, outputs);
    checkLastPass(plan);
    pass++;
    agreeing = new HashMap<>();
    demoted = Double.NEGATIVE_INFINITY;
    for (int o = 0; o < plan.outputCount(); o++) {
      int position = position(plan, o);
      chooser.choose(outputs, o, new int[0], position, pass);
      double score = score();
      if (chooser.token() == published[position - promptLength]) {
        agreeing.put(position, score);
      } else {
        if (score > demoted) {
          demoted = score;
          demotedPosition = position;
        }
        flatten(outputs, o);
      }
    }
  }

  private int position(StepPlan plan, int o) {
    return plan.positionId(plan.outputQuery(o)) + (parameters.shiftLogits() ? 1 : 0);
  }

  /** What the last pass committed is what is no longer asked for. */
  private void checkLastPass(StepPlan plan) {
    Map<Integer, Double> left = new HashMap<>();
    for (int o = 0; o < plan.outputCount(); o++) {
      int position = position(plan, o);
      Double score = agreeing.remove(position);
      if (score != null) {
        left.put(position, score);
      }
    }
    agreeing.forEach(
        (position, score) -> {
          if (score < demoted - tie && violation == null) {
            violation = describe(position, score, demotedPosition, demoted);
          } else if (score < demoted + tie) {
            shown = describe(position, score, demotedPosition, demoted);
          }
          left.forEach(
              (other, otherScore) -> {
                if (score < otherScore + tie) {
                  shown = describe(position, score, other, otherScore);
                }
              });
        });
  }

  private String describe(int position, double score, int other, double otherScore) {
    return "pass %d: position %d score %.9f, position %d score %.9f"
        .formatted(pass, position, score, other, otherScore);
  }

  private double score() {
    return switch (((Dream) parameters.decoding()).alg()) {
      case ORIGIN, MASKGIT_PLUS -> chooser.confidence();
      case TOPK_MARGIN -> chooser.margin();
      case ENTROPY -> chooser.negativeEntropy();
    };
  }

  private static void flatten(StepOutputs outputs, int o) {
    for (int c = 0; c < outputs.candidateCount(); c++) {
      outputs.setCandidate(o, c, outputs.candidateId(o, c), 0);
    }
    outputs.setDistribution(o, 10, 10);
  }

  @Override
  public void close() {
    engine.close();
  }
}
