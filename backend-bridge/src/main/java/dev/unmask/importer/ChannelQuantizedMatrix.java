package dev.unmask.importer;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A matrix of 8-bit weights with a scale for each output channel (a row of the source): {@code w =
 * scale * q} with q in -{@value #STEPS} to {@value #STEPS}, rounded to the nearest, ties to even.
 *
 * <p>{@value #STEPS} steps and not 127: AVX2 multiplies unsigned with signed bytes and adds two
 * products in 16 bits, which 2 * 255 * {@value #STEPS} does not overflow.
 *
 * <ul>
 *   <li>weights: int8 [columns, rows], transposed, as integer products take them
 *   <li>scales: float32 [rows]
 * </ul>
 *
 * <p>Both are computed from the source while they are written. To transpose, the weights are
 * written some columns at a time, as many as an eighth of the heap has room for, and the source is
 * read anew for each such part.
 */
final class ChannelQuantizedMatrix {
  /** Steps of a weight to either side of zero. */
  static final int STEPS = 64;

  private static final int LEAST_TILE_BYTES = 4 << 20;
  private static final int MOST_TILE_BYTES = 1 << 30;
  private static final int HEAP_SHARE = 8;

  private final String name;
  private final Payload source;
  private final int rows;
  private final int columns;
  private final int tileColumns;

  /**
   * @param name of the weights in the graph
   * @param source [rows, columns]
   */
  ChannelQuantizedMatrix(String name, Payload source, int rows, int columns) {
    this(name, source, rows, columns, tileBytes());
  }

  /**
   * @param tileBytes weights in memory at a time, at least one column
   */
  ChannelQuantizedMatrix(String name, Payload source, int rows, int columns, int tileBytes) {
    this.name = name;
    this.source = source;
    this.rows = rows;
    this.columns = columns;
    tileColumns = Math.max(1, Math.min(columns, tileBytes / rows));
  }

  private static int tileBytes() {
    long share = Runtime.getRuntime().maxMemory() / HEAP_SHARE;
    return (int) Math.max(LEAST_TILE_BYTES, Math.min(MOST_TILE_BYTES, share));
  }

  /** Adds the weights to a graph; returns their name. */
  String addWeights(OnnxGraph graph) {
    return graph.constant(
        name, OnnxGraph.INT8, (long) rows * columns, this::writeWeights, columns, rows);
  }

  /** Adds the scales to a graph; returns their name. */
  String addScales(OnnxGraph graph) {
    return graph.constant(
        name + ".scales", OnnxGraph.FLOAT, (long) rows * Float.BYTES, this::writeScales, rows);
  }

  private void writeWeights(OutputStream out) throws IOException {
    byte[] tile = new byte[tileColumns * rows];
    for (int first = 0; first < columns; first += tileColumns) {
      int end = Math.min(columns, first + tileColumns);
      source.writeTo(new Tile(tile, first, end), DataType.FP32);
      out.write(tile, 0, (end - first) * rows);
    }
  }

  private void writeScales(OutputStream out) throws IOException {
    ByteBuffer scales = ByteBuffer.allocate(rows * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    source.writeTo(
        new FloatRows(source, columns) {
          @Override
          void row(long row, float[] values) {
            scales.putFloat(scale(values));
          }
        },
        DataType.FP32);
    out.write(scales.array());
  }

  /** Size of a step, 0 where all weights are. */
  private static float scale(float[] weights) {
    float largest = 0;
    for (float weight : weights) {
      largest = Math.max(largest, Math.abs(weight));
    }
    return largest / STEPS;
  }

  /** Quantises some columns into a transposed tile. */
  private final class Tile extends FloatRows {
    private final byte[] tile;
    private final int first;
    private final int end;

    Tile(byte[] tile, int first, int end) {
      super(source, columns);
      this.tile = tile;
      this.first = first;
      this.end = end;
    }

    @Override
    void row(long row, float[] values) {
      double scale = scale(values);
      for (int column = first; column < end; column++) {
        // A scale below the least float is 0, and so are its weights.
        double steps = scale == 0 ? 0 : Math.rint(values[column] / scale);
        tile[(column - first) * rows + (int) row] = (byte) Math.max(-STEPS, Math.min(STEPS, steps));
      }
    }
  }
}
