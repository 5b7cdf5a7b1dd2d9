package dev.unmask.capacity.simulate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unmask.scheduler.RowKind;
import dev.unmask.scheduler.StepPlan;
import dev.unmask.scheduler.UnmaskException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SimulateTest {
  /** Two layers of width 10; a layer has 10*5*(4+2) + 3*10*20 = 900 weights. */
  private static final ModelShape SHAPE = new ModelShape(2, 10, 2, 1, 5, 20, 100);

  private static final Hardware SLOW =
      new Hardware("slow", 1000, Map.of("fp32", 100.0), 50, 1e9, 3, 0.5, 0.5, 0);

  private static StepPlan plan() {
    StepPlan plan = new StepPlan();
    plan.beginRow(0, RowKind.DENOISE, 4);
    for (int i = 0; i < 2; i++) {
      int query = plan.addQuery(1, 4 + i, 0, 6);
      if (i == 0) {
        int unused = plan.addOutput(query);
      }
    }
    plan.beginRow(1, RowKind.DENOISE, 0);
    int unused = plan.addQuery(1, 0, 0, 1);
    return plan;
  }

  @Test
  void load_isCountedByHand() {
    PassLoad load = PassLoad.of(plan(), SHAPE);
    assertEquals(2 * 900 + 1000, load.weightElements());
    // 6 and 1 positions that are seen and 3 that are written, of 2 layers * 2 * 5 numbers.
    assertEquals((6 + 1 + 3) * 20, load.kvElements());
    assertEquals(2 * (3 * 1800 + 1000), load.matrixFlops());
    assertEquals(4 * (6 + 6 + 1) * 2 * 10, load.attentionFlops());
  }

  /** As with a cache of fixed length: what a query may see is a mask, and costs nothing less. */
  @Test
  void load_ofWholeRows_isCountedByHand() {
    PassLoad load = PassLoad.of(plan(), SHAPE, 50);
    assertEquals((2 * 50 + 3) * 20, load.kvElements());
    assertEquals(4 * (3 * 50) * 2 * 10, load.attentionFlops());
    assertEquals(PassLoad.of(plan(), SHAPE).matrixFlops(), load.matrixFlops());
    assertTrue(
        new PassCost(SLOW, SHAPE, "fp32", 50).seconds(plan())
            > new PassCost(SLOW, SHAPE, "fp32", 0).seconds(plan()));
  }

  /** Quantised models keep their cache in fp32. */
  @Test
  void bytes_ofInt8_areThoseOfWeightsAndAnFp32Cache() {
    assertEquals(2800 + 4 * 200, PassCost.bytes(PassLoad.of(plan(), SHAPE), "int8"));
    assertEquals(2 * (2800 + 200), PassCost.bytes(PassLoad.of(plan(), SHAPE), "bf16"));
  }

  @Test
  void cost_addsUp_andOverlapsAsFarAsItIsTold() {
    double reading = 4 * (2800 + 200) / 500.0;
    double arithmetic = (12800 / 100.0 + 1040 / 50.0) / 0.5;
    double fixed = 3 + 2 * 0.5;
    assertEquals(
        fixed + reading + arithmetic, new PassCost(SLOW, SHAPE, "fp32", 0).seconds(plan()), 1e-9);
    Hardware roofline = new Hardware("r", 1000, Map.of("fp32", 100.0), 50, 1e9, 3, 0.5, 0.5, 1);
    assertEquals(
        fixed + Math.max(reading, arithmetic),
        new PassCost(roofline, SHAPE, "fp32", 0).seconds(plan()),
        1e-9);
    assertEquals(0, new PassCost(SLOW, SHAPE, "fp32", 0).seconds(new StepPlan()));
  }

  @Test
  void llada8b_hasEightBillionWeights() {
    assertEquals(8.0e9, ModelShape.LLADA_8B.parameters(), 0.1e9);
    PassCost cost = new PassCost(Hardware.of("h100"), ModelShape.LLADA_8B, "bf16", 0);
    assertEquals(16e9, cost.modelBytes(), 0.2e9);
    assertEquals(2 * 32 * 4096 * 2, cost.kvBytesPerPosition());
  }

  @Test
  void fit_findsWhatMadeTheNumbers_andKeepsToWhatCanBe() {
    double[][] terms = {{1, 2, 10}, {1, 5, 20}, {1, 1, 80}, {1, 9, 5}, {1, 3, 3}};
    double[] truth = {0.5, 0.1, 0.02};
    double[] values = new double[terms.length];
    for (int i = 0; i < values.length; i++) {
      for (int j = 0; j < truth.length; j++) {
        values[i] += terms[i][j] * truth[j];
      }
    }
    double[] found = NonNegativeFit.solve(terms, values);
    for (int j = 0; j < truth.length; j++) {
      assertEquals(truth[j], found[j], 1e-4);
    }
    double[] falling = NonNegativeFit.solve(new double[][] {{1, 1}, {1, 2}}, new double[] {2, 1});
    assertEquals(0, falling[1]);
    assertTrue(falling[0] > 1 && falling[0] < 2);
  }

  @Test
  void hardware_isKnownByName_orReadFromAFile(@TempDir Path directory) throws IOException {
    assertEquals(4, Hardware.known().size());
    Path file = Files.writeString(directory.resolve("h.json"), SLOW.toJson());
    assertEquals(SLOW, Hardware.of(file.toString()));
    assertTrue(
        assertThrows(UnmaskException.class, () -> Hardware.of("tpu"))
            .getMessage()
            .endsWith("is no file and none of [a100, h100, h200, l4]"));
    Path wrong = Files.writeString(directory.resolve("w.json"), "{}x");
    assertThrows(UnmaskException.class, () -> Hardware.of(wrong.toString()));
    assertEquals(
        "--dtype=bf16 is not known of this hardware, which has [fp32]",
        assertThrows(UnmaskException.class, () -> new PassCost(SLOW, SHAPE, "bf16", 0))
            .getMessage());
  }
}
