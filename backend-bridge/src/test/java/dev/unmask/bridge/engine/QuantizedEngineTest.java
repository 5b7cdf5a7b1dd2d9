package dev.unmask.bridge.engine;

import static dev.unmask.bridge.engine.StepRow.part;
import static dev.unmask.bridge.engine.StepRow.randomTokens;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unmask.bridge.engine.ort.OrtEngineProvider;
import dev.unmask.repository.ModelManifest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the engine promises of rows, where the weights are quantised. */
class QuantizedEngineTest extends EngineTestBase {
  @TempDir Path repository;

  @Override
  protected EngineSession open(
      Path versionDirectory, ModelManifest manifest, EngineOptions options) {
    return new OrtEngineProvider().open(versionDirectory, manifest, options);
  }

  @ParameterizedTest
  @CsvSource({"llada-gqa-tied,int8", "llada-gqa-tied,int4", "qwen3-gqa,int8", "qwen3-gqa,int4"})
  void run_mixedBatch_equalsSingleRows(String architecture, String dtype) {
    ContractModels.Model model = ContractModels.load(architecture, dtype, repository);
    int[] lengths = {16, 16, 5, 16, 1, 33, 15, 2};
    EngineSession session = open(model, lengths.length);
    StepRow[] prompts = new StepRow[lengths.length];
    StepRow[] blocks = new StepRow[lengths.length];
    for (int slot = 0; slot < lengths.length; slot++) {
      int[] tokens = randomTokens(20 + slot, 10 + 3 * slot + lengths[slot]);
      int prompt = tokens.length - lengths[slot];
      prompts[slot] = row(architecture, slot, 0, part(tokens, 0, prompt));
      blocks[slot] = row(architecture, slot, prompt, part(tokens, prompt, tokens.length));
    }
    List<StepOutput> batched = new ArrayList<>(run(session, prompts));
    batched.addAll(run(session, blocks));
    List<StepOutput> single = new ArrayList<>();
    List<EngineSession> own = new ArrayList<>();
    for (StepRow row : prompts) {
      own.add(open(model, 1));
      single.addAll(run(own.get(own.size() - 1), row.inSlot(0)));
    }
    for (StepRow row : blocks) {
      single.addAll(run(own.get(row.slot()), row.inSlot(0)));
    }
    System.out.println(architecture + " " + dtype + " batch: " + worst(single, batched));
  }

  @ParameterizedTest
  @CsvSource({"qwen3-gqa,fp32", "qwen3-gqa,int8", "qwen3-gqa,int4"})
  void run_inTwoPasses_agrees(String architecture, String dtype) {
    ContractModels.Model model = ContractModels.load(architecture, dtype, repository);
    int[] tokens = randomTokens(1, 40);
    EngineSession session = open(model, 3);
    List<StepOutput> onePass = run(session, StepRow.causal(0, 0, tokens));
    List<StepOutput> twoPasses =
        new ArrayList<>(run(session, StepRow.causal(1, 0, part(tokens, 0, 23))));
    twoPasses.addAll(run(session, StepRow.causal(1, 23, part(tokens, 23, 40))));
    System.out.println(architecture + " " + dtype + " two: " + worst(onePass, twoPasses));
    List<StepOutput> each = new ArrayList<>();
    for (int i = 0; i < 40; i++) each.addAll(run(session, StepRow.causal(2, i, part(tokens, i, i+1))));
    System.out.println(architecture + " " + dtype + " each: " + worst(onePass, each));
  }

  private static StepRow row(String architecture, int slot, int start, int[] tokens) {
    return architecture.startsWith("llada")
        ? StepRow.full(slot, start, tokens, start + tokens.length)
        : StepRow.causal(slot, start, tokens);
  }

  private static float worst(List<StepOutput> expected, List<StepOutput> actual) {
    assertEquals(expected.size(), actual.size());
    float worst = 0;
    for (int i = 0; i < expected.size(); i++) {
      float[] a = expected.get(i).logits();
      float[] b = actual.get(i).logits();
      for (int t = 0; t < a.length; t++) {
        worst = Math.max(worst, Math.abs(a[t] - b[t]));
      }
    }
    return worst;
  }
}
