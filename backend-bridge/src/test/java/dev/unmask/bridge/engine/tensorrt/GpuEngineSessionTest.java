package dev.unmask.bridge.engine.tensorrt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unmask.bridge.engine.ContractModels;
import dev.unmask.bridge.engine.EngineContractTest;
import dev.unmask.bridge.engine.EngineOptions;
import dev.unmask.bridge.engine.EngineSession;
import dev.unmask.bridge.engine.ort.OrtEngineProvider;
import dev.unmask.repository.ModelManifest;
import dev.unmask.scheduler.RowKind;
import dev.unmask.scheduler.StepOutputs;
import dev.unmask.scheduler.StepPlan;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The engine contract on a GPU, its data types and its memory: {@code mvn verify -Pgpu}. */
@Tag("gpu")
class GpuEngineSessionTest extends EngineContractTest {
  private static final int MAX_BATCH = 8;

  /** Bytes that other processes may take meanwhile, and what CUDA keeps once it was used. */
  private static final long SLACK = 64L << 20;

  @Override
  protected EngineSession open(
      Path versionDirectory, ModelManifest manifest, EngineOptions options) {
    return GpuPlans.open(versionDirectory, manifest, MAX_BATCH, options);
  }

  private static StepPlan row(int start, int count) {
    StepPlan plan = new StepPlan();
    plan.beginRow(0, RowKind.DENOISE, start);
    for (int i = 0; i < count; i++) {
      plan.addOutput(plan.addQuery((7 * i + 3) % 200, start + i, 0, start + count));
    }
    return plan;
  }

  private static StepOutputs run(EngineSession session, int start, int count) {
    StepOutputs outputs =
        new StepOutputs(
            session.capabilities().candidateCount(), session.capabilities().specialTokenIds());
    session.run(row(start, count), outputs);
    return outputs;
  }

  /** Half precision agrees with float32 on the CPU as far as its eight or eleven bits go. */
  private static void assertNear(String dtype, double tolerance, Path repository) {
    ContractModels.Model half = ContractModels.load("llada-gqa-tied", dtype, repository);
    ContractModels.Model full = ContractModels.load("llada-gqa-tied", "fp32", repository);
    try (EngineSession gpu =
            GpuPlans.open(half.directory(), half.manifest(), MAX_BATCH, EngineOptions.DEFAULT);
        EngineSession cpu =
            new OrtEngineProvider()
                .open(full.directory(), full.manifest(), EngineOptions.DEFAULT)) {
      for (int start : new int[] {0, 16}) {
        StepOutputs actual = run(gpu, start, 16);
        StepOutputs expected = run(cpu, start, 16);
        for (int o = 0; o < 16; o++) {
          assertEquals(expected.logSumExp(o), actual.logSumExp(o), tolerance, dtype + " " + o);
        }
      }
    }
  }

  @Test
  void fp16_agreesWithFp32(@TempDir Path repository) {
    assertNear("fp16", 0.05, repository);
  }

  @Test
  void bf16_agreesWithFp32(@TempDir Path repository) {
    assertNear("bf16", 0.3, repository);
  }

  @Test
  void sessions_openedAndClosed_giveDeviceMemoryBack(@TempDir Path repository) {
    ContractModels.Model model = ContractModels.load("llada-gqa-tied", "fp32", repository);
    for (int i = 0; i < 3; i++) {
      useOnce(model);
    }
    long before = GpuPlans.freeBytes();
    for (int i = 0; i < 50; i++) {
      useOnce(model);
    }
    long lost = before - GpuPlans.freeBytes();
    assertTrue(lost < SLACK, lost + " bytes lost by 50 sessions");
  }

  private static void useOnce(ContractModels.Model model) {
    try (EngineSession session =
        GpuPlans.open(model.directory(), model.manifest(), MAX_BATCH, new EngineOptions(4, 1))) {
      run(session, 0, 100);
      run(session, 100, 16);
      run(session, 100, 16);
    }
  }

  @Test
  void steps_repeated_takeNoMoreDeviceMemory(@TempDir Path repository) {
    ContractModels.Model model = ContractModels.load("llada-gqa-tied", "fp32", repository);
    try (EngineSession session =
        GpuPlans.open(model.directory(), model.manifest(), MAX_BATCH, new EngineOptions(4, 1))) {
      // More shapes than are kept recorded.
      for (int step = 0; step < 1_000; step++) {
        run(session, step % 256, 1 + step % 250);
      }
      long before = GpuPlans.freeBytes();
      for (int step = 0; step < 20_000; step++) {
        run(session, step % 256, 1 + step % 250);
      }
      long lost = before - GpuPlans.freeBytes();
      assertTrue(lost < SLACK, lost + " bytes lost by 20,000 steps");
    }
  }
}
