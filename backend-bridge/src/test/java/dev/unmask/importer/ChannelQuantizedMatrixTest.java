package dev.unmask.importer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unmask.scheduler.UnmaskException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChannelQuantizedMatrixTest {
  private static final int ROWS = 7;
  private static final int COLUMNS = 13;

  /** Parts of one, of several, of all columns, of some that do not divide them. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2 * ROWS, 5 * ROWS + 3, COLUMNS * ROWS, 1 << 20})
  void addWeights_inParts_areTransposedAndWithinHalfAStep(int tileBytes) throws IOException {
    Random random = new Random(2);
    float[] source = new float[ROWS * COLUMNS];
    for (int i = 0; i < source.length; i++) {
      source[i] = (float) (random.nextGaussian() * Math.pow(10, i / COLUMNS * 10 - 30));
    }
    OnnxGraph graph = new OnnxGraph();
    ChannelQuantizedMatrix matrix = matrix(source, tileBytes);
    matrix.addWeights(graph);
    matrix.addScales(graph);
    byte[] weights = raw(graph, 0);
    ByteBuffer scales = ByteBuffer.wrap(raw(graph, 1)).order(ByteOrder.LITTLE_ENDIAN);
    assertArrayEquals(new long[] {COLUMNS, ROWS}, graph.initializers().get(0).dims());
    assertEquals(source.length, weights.length);
    for (int row = 0; row < ROWS; row++) {
      float scale = scales.getFloat(row * Float.BYTES);
      int largest = 0;
      for (int column = 0; column < COLUMNS; column++) {
        int quantized = weights[column * ROWS + row];
        largest = Math.max(largest, Math.abs(quantized));
        assertEquals(source[row * COLUMNS + column], quantized * scale, scale * 0.5001f);
      }
      assertEquals(ChannelQuantizedMatrix.STEPS, largest);
    }
  }

  /** A step below the least positive float is none. */
  @Test
  void addWeights_tinyAndZeroRows_areZero() throws IOException {
    float[] source = new float[ROWS * COLUMNS];
    source[3] = Float.MIN_VALUE;
    OnnxGraph graph = new OnnxGraph();
    matrix(source, 1 << 20).addWeights(graph);
    assertArrayEquals(new byte[ROWS * COLUMNS], raw(graph, 0));
  }

  @Test
  void addWeights_nan_isRefused() {
    float[] source = new float[ROWS * COLUMNS];
    source[20] = Float.NaN;
    OnnxGraph graph = new OnnxGraph();
    matrix(source, 1 << 20).addWeights(graph);
    UnmaskException refused = assertThrows(UnmaskException.class, () -> raw(graph, 0));
    assertTrue(refused.getMessage().contains("NaN cannot be quantised"), refused.getMessage());
  }

  private static ChannelQuantizedMatrix matrix(float[] source, int tileBytes) {
    Payload payload = Payload.generated(source.length, i -> source[(int) i]);
    return new ChannelQuantizedMatrix("weights", payload, ROWS, COLUMNS, tileBytes);
  }

  private static byte[] raw(OnnxGraph graph, int initializer) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    graph.initializers().get(initializer).data().writeTo(out);
    assertEquals(graph.initializers().get(initializer).byteLength(), out.size());
    return out.toByteArray();
  }
}
