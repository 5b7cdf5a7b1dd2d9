package dev.unmask.importer;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The update {@code scale * B A} of one weight.
 *
 * @param a stored [rank, in]
 * @param b stored [out, rank]
 */
record LoraDelta(StoredTensor a, StoredTensor b, int rank, int in, double scale) {

  /** Reads both factors; what is returned adds the update to rows of the weight. */
  Loaded load() {
    return new Loaded(all(a), all(b));
  }

  private static float[] all(StoredTensor tensor) {
    int count = Math.toIntExact(tensor.elements());
    float[] values = new float[count];
    ByteBuffer scratch = StoredTensor.scratch(count);
    tensor.read(0, count, scratch, values);
    return values;
  }

  /** Both factors in memory, while one weight is written. */
  final class Loaded {
    private final float[] aValues;
    private final float[] bValues;
    private final double[] sums = new double[in];

    private Loaded(float[] aValues, float[] bValues) {
      this.aValues = aValues;
      this.bValues = bValues;
    }

    /** Adds the update to rows {@code [firstRow, firstRow + rows)}, which {@code weight} holds. */
    void addTo(float[] weight, int firstRow, int rows) {
      for (int row = 0; row < rows; row++) {
        Arrays.fill(sums, 0);
        for (int r = 0; r < rank; r++) {
          double factor = bValues[(firstRow + row) * rank + r];
          int start = r * in;
          for (int i = 0; i < in; i++) {
            sums[i] += factor * aValues[start + i];
          }
        }
        int start = row * in;
        for (int i = 0; i < in; i++) {
          weight[start + i] += (float) (sums[i] * scale);
        }
      }
    }
  }
}
