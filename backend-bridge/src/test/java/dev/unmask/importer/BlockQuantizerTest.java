package dev.unmask.importer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;

class BlockQuantizerTest {
  @Test
  void quantize_ties_goToEven() {
    BlockQuantizer quantizer = new BlockQuantizer();
    quantizer.fit(new float[] {-7, 8}, 0, 2);
    assertEquals(1, quantizer.scale());
    assertEquals(7, quantizer.zeroPoint());
    assertEquals(0, quantizer.quantize(-7));
    assertEquals(7, quantizer.quantize(0.5f));
    assertEquals(9, quantizer.quantize(1.5f));
    assertEquals(9, quantizer.quantize(2.5f));
    assertEquals(5, quantizer.quantize(-1.5f));
  }

  @Test
  void fit_oneSidedBlock_usesTheWholeRange() {
    BlockQuantizer quantizer = new BlockQuantizer();
    quantizer.fit(new float[] {99, 3, 30, 15, 99}, 1, 4);
    assertEquals(2, quantizer.scale());
    assertEquals(0, quantizer.zeroPoint());
    assertEquals(15, quantizer.quantize(30));
    quantizer.fit(new float[] {-30, -3}, 0, 2);
    assertEquals(15, quantizer.zeroPoint());
    assertEquals(0, quantizer.quantize(-30));
  }

  /** An end may lie half a step outside of the range, as the zero point is a whole number. */
  @Test
  void quantize_anyBlock_isWithinAStep() {
    Random random = new Random(4);
    float[] weights = new float[BlockQuantizer.BLOCK];
    BlockQuantizer quantizer = new BlockQuantizer();
    for (int block = 0; block < 1000; block++) {
      for (int i = 0; i < weights.length; i++) {
        weights[i] = (float) (random.nextGaussian() * Math.pow(10, block % 60 - 30) + block % 3);
      }
      quantizer.fit(weights, 0, weights.length);
      for (float weight : weights) {
        int quantized = quantizer.quantize(weight);
        assertTrue(quantized >= 0 && quantized < 16);
        double back = (double) quantizer.scale() * (quantized - quantizer.zeroPoint());
        assertEquals(weight, back, quantizer.scale() * 1.0001);
      }
      assertEquals(quantizer.zeroPoint(), quantizer.quantize(0));
    }
  }

  @Test
  void fit_zeros_haveNoStep() {
    BlockQuantizer quantizer = new BlockQuantizer();
    quantizer.fit(new float[BlockQuantizer.BLOCK], 0, BlockQuantizer.BLOCK);
    assertEquals(0, quantizer.scale());
    assertEquals(8, quantizer.quantize(0));
    assertEquals(8, quantizer.quantize(-0f));
  }
}
