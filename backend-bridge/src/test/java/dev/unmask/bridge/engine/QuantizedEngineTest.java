package dev.unmask.bridge.engine;

import static dev.unmask.bridge.engine.StepOutput.assertSame;
import static dev.unmask.bridge.engine.StepRow.part;
import static dev.unmask.bridge.engine.StepRow.randomTokens;

import dev.unmask.bridge.engine.ort.OrtEngineProvider;
import dev.unmask.importer.KnownKernels;
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
  /**
   * Between logits of which one pass has rounded a float32 sum differently: that may move an
   * activation to the next of its 255 values.
   */
  private static final float ACTIVATION_STEP = 0.05f;

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
    assertSame(single, batched, KnownKernels.tolerance(ACTIVATION_STEP));
  }

  @ParameterizedTest
  @ValueSource(strings = {"int8", "int4"})
  void run_overTheCache_equalsOnePass(String dtype) {
    ContractModels.Model model = ContractModels.load("qwen3-gqa", dtype, repository);
    int[] tokens = randomTokens(1, 40);
    EngineSession session = open(model, 3);
    List<StepOutput> onePass = run(session, StepRow.causal(0, 0, tokens));
    List<StepOutput> twoPasses =
        new ArrayList<>(run(session, StepRow.causal(1, 0, part(tokens, 0, 23))));
    twoPasses.addAll(run(session, StepRow.causal(1, 23, part(tokens, 23, 40))));
    assertSame(onePass, twoPasses, KnownKernels.tolerance(ACTIVATION_STEP));
    List<StepOutput> byToken = new ArrayList<>();
    for (int i = 0; i < tokens.length; i++) {
      byToken.addAll(run(session, StepRow.causal(2, i, part(tokens, i, i + 1))));
    }
    assertSame(onePass, byToken, ACTIVATION_STEP);
  }

  private static StepRow row(String architecture, int slot, int start, int[] tokens) {
    return architecture.startsWith("llada")
        ? StepRow.full(slot, start, tokens, start + tokens.length)
        : StepRow.causal(slot, start, tokens);
  }
}
