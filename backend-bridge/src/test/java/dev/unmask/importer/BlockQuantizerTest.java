package dev.unmask.importer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BlockQuantizerTest {
  @Test
  void quantize_ties_goToEven() {
    BlockQuantizer quantizer = new BlockQuantizer(8);
    quantizer.fit(new float[] {-127, 3}, 0, 2);
    assertEquals(1, quantizer.scale());
    assertEquals(128, quantizer.zeroPoint());
    assertEquals(1, quantizer.quantize(-127));
    assertEquals(128, quantizer.quantize(0.5f));
    assertEquals(130, quantizer.quantize(1.5f));
    assertEquals(130, quantizer.quantize(2.5f));
    assertEquals(126, quantizer.quantize(-1.5f));
  }

  @Test
  void fit_oneSidedBlock_usesTheWholeRange() {
    BlockQuantizer quantizer = new BlockQuantizer(4);
    quantizer.fit(new float[] {99, 3, 30, 15, 99}, 1, 4);
    assertEquals(2, quantizer.scale());
    assertEquals(0, quantizer.zeroPoint());
    assertEquals(15, quantizer.quantize(30));
    quantizer.fit(new float[] {-30, -3}, 0, 2);
    assertEquals(15, quantizer.zeroPoint());
    assertEquals(0, quantizer.quantize(-30));
  }

  /** An end may lie half a step outside of the range, as the zero point is a whole number. */
  @ParameterizedTest
  @CsvSource({"8, 0.5", "4, 1.0"})
  void quantize_anyBlock_isWithinSteps(int bits, double steps) {
    Random random = new Random(4);
    float[] weights = new float[BlockQuantizer.BLOCK];
    BlockQuantizer quantizer = new BlockQuantizer(bits);
    for (int block = 0; block < 1000; block++) {
      for (int i = 0; i < weights.length; i++) {
        weights[i] = (float) (random.nextGaussian() * Math.pow(10, block % 60 - 30) + block % 3);
      }
      quantizer.fit(weights, 0, weights.length);
      for (float weight : weights) {
        int quantized = quantizer.quantize(weight);
        assertTrue(quantized >= 0 && quantized < 1 << bits);
        double back = (double) quantizer.scale() * (quantized - quantizer.zeroPoint());
        assertEquals(weight, back, quantizer.scale() * (steps + 1e-4));
      }
      assertEquals(quantizer.zeroPoint(), quantizer.quantize(0));
    }
  }

  @ParameterizedTest
  @CsvSource({"8, 128", "4, 8"})
  void fit_zeros_haveNoStep(int bits, int zeroPoint) {
    BlockQuantizer quantizer = new BlockQuantizer(bits);
    quantizer.fit(new float[BlockQuantizer.BLOCK], 0, BlockQuantizer.BLOCK);
    assertEquals(0, quantizer.scale());
    assertEquals(zeroPoint, quantizer.quantize(0));
    assertEquals(zeroPoint, quantizer.quantize(-0f));
  }
}
