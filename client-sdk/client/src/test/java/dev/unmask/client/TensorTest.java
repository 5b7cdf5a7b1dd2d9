package dev.unmask.client;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class TensorTest {
  @Test
  void everyDatatype_comesBack() {
    assertArrayEquals(new boolean[] {true, false}, Tensor.ofBools("t", true, false).asBools());
    assertArrayEquals(
        new int[] {-1, 127}, Tensor.ofInt8s("t", Datatype.INT8, (byte) -1, (byte) 127).asInts());
    assertArrayEquals(
        new int[] {255, 127}, Tensor.ofInt8s("t", Datatype.UINT8, (byte) -1, (byte) 127).asInts());
    assertArrayEquals(new int[] {-2}, Tensor.ofInt16s("t", Datatype.INT16, (short) -2).asInts());
    assertArrayEquals(
        new int[] {65534}, Tensor.ofInt16s("t", Datatype.UINT16, (short) -2).asInts());
    assertArrayEquals(new int[] {-3, 4}, Tensor.ofInts("t", -3, 4).asInts());
    assertArrayEquals(new long[] {4294967293L}, Tensor.ofInts("t", Datatype.UINT32, -3).asLongs());
    assertArrayEquals(new long[] {Long.MIN_VALUE}, Tensor.ofLongs("t", Long.MIN_VALUE).asLongs());
    assertArrayEquals(new long[] {-1}, Tensor.ofLongs("t", Datatype.UINT64, -1).asLongs());
    assertArrayEquals(new float[] {1.5f}, Tensor.ofFloats("t", 1.5f).asFloats());
    assertArrayEquals(new double[] {Math.PI}, Tensor.ofDoubles("t", Math.PI).asDoubles());
    assertArrayEquals(
        new float[] {0.5f, -2}, Tensor.ofFloats("t", Datatype.FP16, 0.5f, -2).asFloats());
    assertArrayEquals(
        new float[] {0.5f, -2}, Tensor.ofFloats("t", Datatype.BF16, 0.5f, -2).asFloats());
    assertArrayEquals(
        new String[] {"", "héllo", "x"}, Tensor.ofStrings("t", "", "héllo", "x").asStrings());
  }

  @Test
  void halfFloats_everyValueComesBack() {
    for (int bits = 0; bits < 1 << 16; bits++) {
      float half = HalfFloats.fromHalf((short) bits);
      float brain = HalfFloats.fromBrain((short) bits);
      if (!Float.isNaN(half)) {
        assertEquals((short) bits, HalfFloats.toHalf(half), () -> "half " + half);
      }
      if (!Float.isNaN(brain)) {
        assertEquals((short) bits, HalfFloats.toBrain(brain), () -> "brain " + brain);
      }
    }
    assertTrue(Float.isNaN(HalfFloats.fromHalf(HalfFloats.toHalf(Float.NaN))));
    assertTrue(Float.isNaN(HalfFloats.fromBrain(HalfFloats.toBrain(Float.NaN))));
  }

  @Test
  void halfFloats_roundToNearestEven() {
    // Between each pair of neighbours: below the middle down, above it up, on it to the even one.
    for (int bits = 0; bits < 0x7bff; bits++) {
      double low = HalfFloats.fromHalf((short) bits);
      double high = HalfFloats.fromHalf((short) (bits + 1));
      float middle = (float) ((low + high) / 2);
      int even = (bits & 1) == 0 ? bits : bits + 1;
      assertEquals((short) even, HalfFloats.toHalf(middle));
      assertEquals((short) bits, HalfFloats.toHalf(Math.nextDown(middle)));
      assertEquals((short) (bits + 1), HalfFloats.toHalf(Math.nextUp(middle)));
    }
    assertEquals(0x7c00, HalfFloats.toHalf(65520f));
    assertEquals(0x7bff, HalfFloats.toHalf(Math.nextDown(65520f)));
    assertEquals((short) 0xfc00, HalfFloats.toHalf(-1e10f));
    assertEquals(0x3f80, HalfFloats.toBrain(Float.intBitsToFloat(0x3f808000)));
    assertEquals(0x3f82, HalfFloats.toBrain(Float.intBitsToFloat(0x3f818000)));
  }

  @Test
  void content_isLittleEndianWithLengths() {
    ByteBuffer content = Tensor.ofBytes("t", "ab".getBytes(StandardCharsets.UTF_8)).content();
    byte[] bytes = new byte[content.remaining()];
    content.get(bytes);
    assertArrayEquals(new byte[] {2, 0, 0, 0, 'a', 'b'}, bytes);
    assertTrue(content.isReadOnly());
  }

  @Test
  void of_shapeAndContentDiffer_named() {
    assertRefused(
        "input 't' has 3 bytes, but 4 are expected for datatype INT32 and shape [1]",
        Datatype.INT32,
        new long[] {1},
        3);
    assertRefused(
        "input 't' is too short for 1 elements of BYTES", Datatype.BYTES, new long[] {1}, 3);
    assertRefused(
        "input 't' has 4 bytes more than its 1 elements of BYTES",
        Datatype.BYTES,
        new long[] {1},
        8);
    assertRefused(
        "input 't' has a negative dimension in shape [-1]", Datatype.INT8, new long[] {-1}, 0);
    assertRefused(
        "input 't' has too many elements: shape [65536, 65536]",
        Datatype.INT8,
        new long[] {65536, 65536},
        0);
  }

  private static void assertRefused(String message, Datatype type, long[] shape, int bytes) {
    InvalidRequestException refused =
        assertThrows(
            InvalidRequestException.class,
            () -> Tensor.of("t", type, shape, ByteBuffer.allocate(bytes)));
    assertEquals(message, refused.getMessage());
  }

  @Test
  void accessors_otherType_named() {
    Tensor text = Tensor.ofStrings("t", "x");
    assertThrows(IllegalStateException.class, text::asInts);
    assertThrows(IllegalStateException.class, text::asFloats);
    assertThrows(IllegalStateException.class, text::asBools);
    IllegalStateException wrong =
        assertThrows(IllegalStateException.class, () -> Tensor.ofLongs("n", 1).asInts());
    assertEquals("n is INT64", wrong.getMessage());
    assertThrows(IllegalArgumentException.class, () -> Tensor.ofInts("n", Datatype.FP32, 1));
  }

  @Test
  void withShape_sameElements() {
    Tensor matrix = Tensor.ofInts("t", 1, 2, 3, 4).withShape(2, 2);
    assertArrayEquals(new long[] {2, 2}, matrix.shape());
    assertArrayEquals(new int[] {1, 2, 3, 4}, matrix.asInts());
    assertThrows(InvalidRequestException.class, () -> matrix.withShape(3));
  }
}
