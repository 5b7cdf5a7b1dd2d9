package dev.unmask.bridge.engine.ort;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.unmask.bridge.engine.ContractModels;
import dev.unmask.bridge.engine.EngineContractTest;
import dev.unmask.bridge.engine.EngineOptions;
import dev.unmask.bridge.engine.EngineSession;
import dev.unmask.importer.InlineLimitImport;
import dev.unmask.repository.ModelManifest;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.RowKind;
import dev.unmask.scheduler.StepOutputs;
import dev.unmask.scheduler.StepPlan;
import dev.unmask.scheduler.UnmaskException;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OrtEngineSessionTest extends EngineContractTest {
  @TempDir Path repository;

  @Override
  protected EngineSession open(
      Path versionDirectory, ModelManifest manifest, EngineOptions options) {
    return new OrtEngineProvider().open(versionDirectory, manifest, options);
  }

  private EngineSession open(ContractModels.Model model) {
    return open(model.directory(), model.manifest(), EngineOptions.DEFAULT);
  }

  private static StepOutputs outputsOf(EngineSession session) {
    return new StepOutputs(
        session.capabilities().candidateCount(), session.capabilities().specialTokenIds());
  }

  private static StepPlan row(int start, int count) {
    StepPlan plan = new StepPlan();
    plan.beginRow(0, RowKind.DENOISE, start);
    for (int i = 0; i < count; i++) {
      plan.addOutput(plan.addQuery((7 * i + 3) % 200, start + i, 0, start + count));
    }
    return plan;
  }

  /** Log-sum-exp of each position of a first pass and of a pass over the cache. */
  private double[] twoPasses(EngineSession session) {
    StepOutputs outputs = outputsOf(session);
    double[] values = new double[24];
    session.run(row(0, 16), outputs);
    for (int o = 0; o < 16; o++) {
      values[o] = outputs.logSumExp(o);
    }
    session.run(row(16, 8), outputs);
    for (int o = 0; o < 8; o++) {
      values[16 + o] = outputs.logSumExp(o);
    }
    return values;
  }

  @Test
  void open_fp16_agreesWithFp32() {
    ContractModels.Model half = ContractModels.load("llada-gqa-tied", "fp16", repository);
    ContractModels.Model full = ContractModels.load("llada-gqa-tied", "fp32", repository);
    try (EngineSession a = open(half);
        EngineSession b = open(full)) {
      double[] expected = twoPasses(b);
      double[] actual = twoPasses(a);
      for (int i = 0; i < expected.length; i++) {
        assertEquals(expected[i], actual[i], 0.05f, "position " + i);
      }
    }
  }

  @Test
  void open_bf16_namesTheWayOut() {
    ContractModels.Model model = ContractModels.load("dream-bf16", "bf16", repository);
    UnmaskException e = assertThrows(UnmaskException.class, () -> open(model));
    assertEquals(ErrorCode.UNSUPPORTED, e.code());
    assertTrue(e.getMessage().contains("dtype=bf16"), e.getMessage());
    assertTrue(e.getMessage().contains("--dtype fp32"), e.getMessage());
  }

  @Test
  void open_externalWeights_agreeWithInline() {
    ContractModels.Model inline = ContractModels.load("llada-gqa-tied", "fp32", repository);
    Path directory =
        InlineLimitImport.run(
            ContractModels.request("llada-gqa-tied", "fp32", repository, "external"), 1000);
    assertTrue(Files.exists(directory.resolve("model.onnx.data")));
    try (EngineSession a = open(inline);
        EngineSession b = open(directory, ModelManifest.read(directory), EngineOptions.DEFAULT)) {
      assertTrue(Arrays.equals(twoPasses(a), twoPasses(b)));
    }
  }

  @Test
  void open_damagedGraph_isRefusedInOneLine() throws IOException {
    ContractModels.Model model = ContractModels.load("llada-gqa-tied", "fp32", repository);
    Path graph = model.directory().resolve("model.onnx");
    byte[] bytes = Files.readAllBytes(graph);
    Files.write(graph, Arrays.copyOf(bytes, bytes.length / 2));
    assertEquals(
        ErrorCode.INVALID_ARGUMENT, assertThrows(UnmaskException.class, () -> open(model)).code());
    // A graph without nodes: well-formed as a message, but nothing that could run.
    Files.write(graph, new byte[] {8, 10, 0x3a, 0});
    UnmaskException e = assertThrows(UnmaskException.class, () -> open(model));
    assertEquals(ErrorCode.INTERNAL, e.code());
    assertTrue(e.getMessage().contains("model.onnx: ONNX Runtime: "), e.getMessage());
    assertEquals(1, e.getMessage().lines().count(), e.getMessage());
  }

  @Test
  void open_graphOfAnotherModel_namesTheTensor() throws IOException {
    ContractModels.Model diffusion = ContractModels.load("llada-gqa-tied", "fp32", repository);
    ContractModels.Model causal = ContractModels.load("qwen3-gqa", "fp32", repository);
    UnmaskException e =
        assertThrows(
            UnmaskException.class,
            () -> open(causal.directory(), diffusion.manifest(), EngineOptions.DEFAULT));
    assertEquals(ErrorCode.INVALID_ARGUMENT, e.code());
    assertTrue(e.getMessage().contains("model.onnx: no input "), e.getMessage());
  }

  @Test
  void run_anyNumberOfLanes_givesTheSameOutputs() {
    ContractModels.Model model = ContractModels.load("llada-gqa-tied", "fp32", repository);
    List<List<Float>> byThreads = new ArrayList<>();
    for (int threads = 1; threads <= 4; threads++) {
      try (EngineSession session =
          open(model.directory(), model.manifest(), new EngineOptions(6, threads))) {
        String description = session.capabilities().description();
        assertTrue(description.contains(threads + " thread"), description);
        byThreads.add(randomSteps(session));
      }
    }
    for (List<Float> results : byThreads) {
      assertEquals(byThreads.get(0).size(), results.size());
      for (int i = 0; i < results.size(); i++) {
        assertEquals(byThreads.get(0).get(i), results.get(i), 1e-5f, "value " + i);
      }
    }
    // For the same number of lanes, whichever threads did them, to the last bit.
    try (EngineSession session =
        open(model.directory(), model.manifest(), new EngineOptions(6, 3))) {
      assertEquals(byThreads.get(2), randomSteps(session));
    }
  }

  /** Log-sum-exp and best logit of every output of steps of rows that join, go on and leave. */
  private static List<Float> randomSteps(EngineSession session) {
    Random random = new Random(3);
    StepOutputs outputs = outputsOf(session);
    List<Float> results = new ArrayList<>();
    int[] length = new int[6];
    for (int step = 0; step < 60; step++) {
      StepPlan plan = new StepPlan();
      for (int slot = 0; slot < length.length; slot++) {
        if (length[slot] > 0 && random.nextInt(12) == 0) {
          plan.addReleasedSlot(slot);
          length[slot] = 0;
        }
        if (random.nextInt(4) > 0) {
          int count = 1 + random.nextInt(random.nextInt(4) == 0 ? 100 : 16);
          int start = length[slot] > 400 ? 300 : length[slot];
          plan.beginRow(slot, RowKind.DENOISE, start);
          for (int i = 0; i < count; i++) {
            plan.addOutput(plan.addQuery(random.nextInt(200), start + i, 0, start + count));
          }
          length[slot] = Math.max(length[slot], start + count);
        }
      }
      session.run(plan, outputs);
      for (int o = 0; o < outputs.outputCount(); o++) {
        results.add((float) outputs.logSumExp(o));
        results.add(outputs.candidateLogit(o, 0));
      }
    }
    return results;
  }

  @Test
  void close_withSlotsAndEntriesHeld_freesAllNativeMemory() {
    ContractModels.Model model = ContractModels.load("llada-gqa-tied", "fp32", repository);
    long before = NativeBuffer.liveBytes();
    try (EngineSession session =
        open(model.directory(), model.manifest(), new EngineOptions(4, 2, 1024))) {
      StepOutputs outputs = outputsOf(session);
      session.run(row(0, 100), outputs);
      StepPlan save = row(100, 16);
      save.addSave(0, 1, 100);
      save.addSave(0, 2, 60);
      session.run(save, outputs);
      assertTrue(NativeBuffer.liveBytes() > before);
      StepPlan dropped = new StepPlan();
      dropped.addDrop(1);
      long holding = NativeBuffer.liveBytes();
      session.run(dropped, outputs);
      int bytes = 100 * session.capabilities().kvBytesPerPosition();
      assertTrue(NativeBuffer.liveBytes() <= holding - bytes);
    }
    assertEquals(before, NativeBuffer.liveBytes());
  }

  @Test
  void open_refused_leavesNoNativeMemory() throws IOException {
    ContractModels.Model model = ContractModels.load("llada-gqa-tied", "fp32", repository);
    long before = NativeBuffer.liveBytes();
    Files.write(model.directory().resolve("model.onnx"), new byte[] {8, 10, 0x3a, 0});
    assertThrows(UnmaskException.class, () -> open(model));
    assertEquals(before, NativeBuffer.liveBytes());
  }

  @Test
  void run_repeated_allocatesLittleWhateverTheContext() {
    ContractModels.Model model = ContractModels.load("llada-gqa-tied", "fp32", repository);
    try (EngineSession session = open(model)) {
      long small = allocatedPerStep(session, 40);
      long large = allocatedPerStep(session, 500);
      assertTrue(small < 20_000, small + " bytes a step");
      assertTrue(large < small + 2_000, large + " against " + small + " bytes a step");
    }
  }

  private static long allocatedPerStep(EngineSession session, int context) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    StepOutputs outputs = outputsOf(session);
    session.run(row(0, context), outputs);
    StepPlan step = row(context - 16, 16);
    int steps = 100;
    for (int i = 0; i < steps; i++) {
      session.run(step, outputs);
    }
    long before = threads.getCurrentThreadAllocatedBytes();
    for (int i = 0; i < steps; i++) {
      session.run(step, outputs);
    }
    return (threads.getCurrentThreadAllocatedBytes() - before) / steps;
  }
}
