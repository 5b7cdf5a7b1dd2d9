package dev.unmask.bridge.engine.step;

import dev.unmask.bridge.engine.EngineCapabilities;
import dev.unmask.scheduler.StepOutputs;
import dev.unmask.scheduler.StepPlan;
import dev.unmask.scheduler.UnmaskException;
import java.util.Arrays;

/**
 * Checks a plan against a session's limits before anything is changed. Each violation names the
 * row's slot, the field and its value.
 */
public final class PlanChecks {
  private final EngineCapabilities capabilities;
  private final int vocabSize;
  private final boolean[] seen;
  private final CacheForecast forecast;

  /**
   * @param vocabSize tokens are below it
   */
  public PlanChecks(EngineCapabilities capabilities, int vocabSize) {
    this.capabilities = capabilities;
    this.vocabSize = vocabSize;
    seen = new boolean[capabilities.maxSequences()];
    forecast = new CacheForecast(capabilities.maxSequences());
  }

  /**
   * Checks a plan.
   *
   * @param cache what it will work on; nothing is changed
   * @throws UnmaskException INVALID_ARGUMENT for what no state of the session allows, UNAVAILABLE
   *     where the cache would outgrow its budget
   */
  public void check(StepPlan plan, StepOutputs outputs, CacheState cache) {
    if (outputs.candidateCount() != capabilities.candidateCount()) {
      throw UnmaskException.invalid(
          "candidateCount="
              + outputs.candidateCount()
              + " of the outputs, the model has "
              + capabilities.candidateCount());
    }
    if (outputs.specialCount() != capabilities.specialTokenIds().length) {
      throw UnmaskException.invalid(
          "specialCount="
              + outputs.specialCount()
              + " of the outputs, the model has "
              + capabilities.specialTokenIds().length);
    }
    forecast.begin(plan, cache);
    Arrays.fill(seen, false);
    for (int row = 0; row < plan.rowCount(); row++) {
      checkRow(plan, row);
      checkOutputs(plan, row);
    }
    forecast.checkBudget(plan);
  }

  private void checkRow(StepPlan plan, int row) {
    int slot = plan.slot(row);
    if (slot < 0 || slot >= seen.length) {
      throw UnmaskException.invalid("slot=" + slot + outside(seen.length));
    }
    if (seen[slot]) {
      throw UnmaskException.invalid("slot=" + slot + " has two rows in one plan");
    }
    seen[slot] = true;
    int start = plan.cacheStart(row);
    int count = plan.queryCount(row);
    int limit = capabilities.maxContext();
    if (count < 1) {
      throw UnmaskException.invalid("slot=" + slot + " queryCount=" + count + " below 1");
    }
    if (start < 0 || start > limit - count) {
      throw UnmaskException.invalid(
          "slot="
              + slot
              + " cacheStart="
              + start
              + " queryCount="
              + count
              + outside(limit)
              + " of maxContext");
    }
    int end = Math.max(forecast.written(slot), start + count);
    for (int i = plan.queryStart(row); i < plan.queryStart(row + 1); i++) {
      checkQuery(plan, slot, i, end);
    }
  }

  private void checkQuery(StepPlan plan, int slot, int i, int end) {
    int token = plan.tokenId(i);
    if (token < 0 || token >= vocabSize) {
      throw UnmaskException.invalid("slot=" + slot + " tokenId=" + token + outside(vocabSize));
    }
    int position = plan.positionId(i);
    if (position < 0 || position >= capabilities.maxContext()) {
      throw UnmaskException.invalid(
          "slot=" + slot + " positionId=" + position + outside(capabilities.maxContext()));
    }
    int from = plan.visibleFrom(i);
    int to = plan.visibleTo(i);
    if (from < 0 || to <= from || to > end) {
      throw UnmaskException.invalid(
          "slot="
              + slot
              + " visibleFrom="
              + from
              + " visibleTo="
              + to
              + " is no range within the written [0, "
              + end
              + ")");
    }
  }

  private void checkOutputs(StepPlan plan, int row) {
    int first = plan.queryStart(row);
    int end = plan.queryStart(row + 1);
    for (int o = plan.outputStart(row); o < plan.outputStart(row + 1); o++) {
      int query = plan.outputQuery(o);
      int unconditional = plan.outputUnconditionalQuery(o);
      if (query < first || query >= end || unconditional < first || unconditional >= end) {
        throw UnmaskException.invalid(
            "slot="
                + plan.slot(row)
                + " output query="
                + query
                + " unconditional="
                + unconditional
                + " not among its queries ["
                + first
                + ", "
                + end
                + ")");
      }
      if (!capabilities.guidance() && unconditional != query) {
        throw UnmaskException.invalid(
            "slot="
                + plan.slot(row)
                + " guidance="
                + plan.outputGuidance(o)
                + ": a causal model has no guidance");
      }
    }
  }

  private static String outside(int limit) {
    return " outside [0, " + limit + ")";
  }
}
