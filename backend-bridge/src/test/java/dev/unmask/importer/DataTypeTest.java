package dev.unmask.importer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DataTypeTest {
  @Test
  void half_allBitPatterns_surviveARoundTrip() {
    for (int bits = 0; bits < 1 << 16; bits++) {
      float value = DataType.halfToFloat((short) bits);
      if (Float.isNaN(value)) {
        assertTrue(Float.isNaN(DataType.halfToFloat(DataType.floatToHalf(value))));
      } else {
        assertEquals((short) bits, DataType.floatToHalf(value), "bits " + bits);
      }
    }
  }

  @Test
  void half_knownValues() {
    assertEquals(1f, DataType.halfToFloat((short) 0x3c00));
    assertEquals(-2f, DataType.halfToFloat((short) 0xc000));
    assertEquals(65504f, DataType.halfToFloat((short) 0x7bff));
    assertEquals(0x1p-24f, DataType.halfToFloat((short) 1));
    assertEquals((short) 0x3555, DataType.floatToHalf(1 / 3f));
    assertEquals((short) 0x7c00, DataType.floatToHalf(65520f));
    assertEquals((short) 0x7bff, DataType.floatToHalf(65519f));
  }

  @Test
  void encode_anyValue_picksTheNearestNeighbour() {
    Random random = new Random(7);
    float[] one = new float[1];
    for (DataType type : new DataType[] {DataType.FP16, DataType.BF16}) {
      for (int i = 0; i < 100_000; i++) {
        float value = (float) (random.nextGaussian() * Math.pow(2, random.nextInt(24) - 12));
        ByteBuffer buffer = ByteBuffer.allocate(2);
        one[0] = value;
        type.encode(one, 1, buffer);
        short bits = buffer.getShort(0);
        double error = Math.abs(decoded(type, bits) - value);
        for (int neighbour : new int[] {bits - 1, bits + 1}) {
          double other = decoded(type, (short) neighbour);
          assertTrue(Double.isNaN(other) || error <= Math.abs(other - value), type + " " + value);
        }
      }
    }
  }

  private static double decoded(DataType type, short bits) {
    float[] one = new float[1];
    type.decode(ByteBuffer.allocate(2).putShort(0, bits), one, 1);
    return one[0];
  }

  @Test
  void overflows_onlyFiniteValuesBeyondTheRange() {
    assertTrue(DataType.FP16.overflows(65520f));
    assertFalse(DataType.FP16.overflows(65519f));
    assertFalse(DataType.FP16.overflows(Float.POSITIVE_INFINITY));
    assertTrue(DataType.BF16.overflows(Float.MAX_VALUE));
    assertFalse(DataType.BF16.overflows(0x1.fep127f));
    assertFalse(DataType.FP32.overflows(Float.MAX_VALUE));
  }
}
