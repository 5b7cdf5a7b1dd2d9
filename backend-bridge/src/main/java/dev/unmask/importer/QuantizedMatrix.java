package dev.unmask.importer;

import dev.unmask.scheduler.UnmaskException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * A matrix in the layout of ONNX Runtime's {@code MatMulNBits}, each row in blocks along its
 * columns. The last block of a row whose length is no multiple of {@value BlockQuantizer#BLOCK} is
 * filled up with zeros.
 *
 * <ul>
 *   <li>weights: uint8 [rows, blocks, {@value BlockQuantizer#BLOCK} * bits / 8]; with 4 bits the
 *       low half of a byte is the earlier weight
 *   <li>scales: float32 [rows, blocks]
 *   <li>zero points, where blocks have their own: uint8 [rows, ceil(blocks * bits / 8)], again the
 *       low half first
 * </ul>
 *
 * <p>Each of them is computed anew from the source while it is written, so that one row is in
 * memory at a time.
 */
final class QuantizedMatrix {
  private final String name;
  private final Payload source;
  private final long rows;
  private final int columns;
  private final int bits;
  private final int blocks;

  /**
   * @param name of the weights in the graph
   * @param source [rows, columns]
   * @param bits of a quantised weight: 8 or 4
   */
  QuantizedMatrix(String name, Payload source, long rows, int columns, int bits) {
    this.name = name;
    this.source = source;
    this.rows = rows;
    this.columns = columns;
    this.bits = bits;
    blocks = (columns + BlockQuantizer.BLOCK - 1) / BlockQuantizer.BLOCK;
  }

  /** Adds the weights to a graph; returns their name. */
  String addWeights(OnnxGraph graph) {
    int blockBytes = BlockQuantizer.BLOCK * bits / 8;
    return graph.constant(
        name,
        OnnxGraph.UINT8,
        rows * blocks * blockBytes,
        out -> write(new Weights(out)),
        rows,
        blocks,
        blockBytes);
  }

  /** Adds the scales to a graph; returns their name. */
  String addScales(OnnxGraph graph) {
    return graph.constant(
        name + ".scales",
        OnnxGraph.FLOAT,
        rows * blocks * Float.BYTES,
        out -> write(new Scales(out)),
        rows,
        blocks);
  }

  /** Adds the zero points to a graph; returns their name, empty where all are the default. */
  String addZeroPoints(OnnxGraph graph) {
    if (!BlockQuantizer.asymmetric(bits)) {
      return "";
    }
    int rowBytes = (blocks * bits + 7) / 8;
    return graph.constant(
        name + ".zero_points",
        OnnxGraph.UINT8,
        rows * rowBytes,
        out -> write(new ZeroPoints(out)),
        rows,
        rowBytes);
  }

  private void write(Rows sink) throws IOException {
    source.writeTo(sink, DataType.FP32);
  }

  /** Takes the matrix as float32 bytes, and fits each block of a row when the row is complete. */
  private abstract class Rows extends OutputStream {
    private final BlockQuantizer quantizer = new BlockQuantizer(bits);
    private final OutputStream out;
    private final byte[] row = new byte[columns * Float.BYTES];
    private final float[] weights = new float[blocks * BlockQuantizer.BLOCK];
    private final byte[] encoded;
    private int filled;
    private long done;

    /**
     * @param rowBytes bytes written for each row
     */
    Rows(OutputStream out, int rowBytes) {
      this.out = out;
      encoded = new byte[rowBytes];
    }

    /** Encodes a block whose scale and zero point are chosen; {@code encoded} was zeros. */
    abstract void encode(int block, BlockQuantizer fitted, float[] values, byte[] into);

    @Override
    public final void write(int value) throws IOException {
      write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public final void write(byte[] bytes, int start, int length) throws IOException {
      for (int taken = 0; taken < length; ) {
        int count = Math.min(length - taken, row.length - filled);
        System.arraycopy(bytes, start + taken, row, filled, count);
        taken += count;
        filled += count;
        if (filled == row.length) {
          endRow();
          filled = 0;
        }
      }
    }

    private void endRow() throws IOException {
      ByteBuffer.wrap(row).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(weights, 0, columns);
      for (int i = 0; i < columns; i++) {
        if (!Float.isFinite(weights[i])) {
          throw UnmaskException.invalid(
              "tensor "
                  + source.tensorOf(done * columns + i)
                  + ": value "
                  + weights[i]
                  + " cannot be quantised");
        }
      }
      Arrays.fill(encoded, (byte) 0);
      for (int block = 0; block < blocks; block++) {
        int first = block * BlockQuantizer.BLOCK;
        quantizer.fit(weights, first, first + BlockQuantizer.BLOCK);
        encode(block, quantizer, weights, encoded);
      }
      out.write(encoded);
      done++;
    }

    /** Puts a quantised value at its place among those of a row. */
    final void put(byte[] into, int index, int value) {
      into[index * bits / 8] |= (byte) (value << index * bits % 8);
    }
  }

  private final class Weights extends Rows {
    Weights(OutputStream out) {
      super(out, blocks * BlockQuantizer.BLOCK * bits / 8);
    }

    @Override
    void encode(int block, BlockQuantizer fitted, float[] values, byte[] into) {
      int first = block * BlockQuantizer.BLOCK;
      for (int i = first; i < first + BlockQuantizer.BLOCK; i++) {
        put(into, i, fitted.quantize(values[i]));
      }
    }
  }

  private final class Scales extends Rows {
    Scales(OutputStream out) {
      super(out, blocks * Float.BYTES);
    }

    @Override
    void encode(int block, BlockQuantizer fitted, float[] values, byte[] into) {
      ByteBuffer.wrap(into)
          .order(ByteOrder.LITTLE_ENDIAN)
          .putFloat(block * Float.BYTES, fitted.scale());
    }
  }

  private final class ZeroPoints extends Rows {
    ZeroPoints(OutputStream out) {
      super(out, (blocks * bits + 7) / 8);
    }

    @Override
    void encode(int block, BlockQuantizer fitted, float[] values, byte[] into) {
      put(into, block, fitted.zeroPoint());
    }
  }
}
