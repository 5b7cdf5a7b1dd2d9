package dev.unmask.importer;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * A matrix of 4 bits in the layout of ONNX Runtime's {@code MatMulNBits}, each row in blocks along
 * its columns. The last block of a row whose length is no multiple of {@value BlockQuantizer#BLOCK}
 * is filled up with zeros.
 *
 * <ul>
 *   <li>weights: uint8 [rows, blocks, {@value BlockQuantizer#BLOCK} / 2]; the low half of a byte is
 *       the earlier weight
 *   <li>scales: float32 [rows, blocks]
 *   <li>zero points: uint8 [rows, ceil(blocks / 2)], again the low half first
 * </ul>
 *
 * <p>Each of them is computed anew from the source while it is written, so that one row is in
 * memory at a time.
 */
final class BlockQuantizedMatrix {
  private final String name;
  private final Payload source;
  private final long rows;
  private final int columns;
  private final int blocks;

  /**
   * @param name of the weights in the graph
   * @param source [rows, columns]
   */
  BlockQuantizedMatrix(String name, Payload source, long rows, int columns) {
    this.name = name;
    this.source = source;
    this.rows = rows;
    this.columns = columns;
    blocks = (columns + BlockQuantizer.BLOCK - 1) / BlockQuantizer.BLOCK;
  }

  /** Adds the weights to a graph; returns their name. */
  String addWeights(OnnxGraph graph) {
    int blockBytes = BlockQuantizer.BLOCK * BlockQuantizer.BITS / 8;
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

  /** Adds the zero points to a graph; returns their name. */
  String addZeroPoints(OnnxGraph graph) {
    int rowBytes = (blocks * BlockQuantizer.BITS + 7) / 8;
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

  /** Fits each block of a row. */
  private abstract class Rows extends FloatRows {
    private final BlockQuantizer quantizer = new BlockQuantizer();
    private final OutputStream out;
    private final float[] weights = new float[blocks * BlockQuantizer.BLOCK];
    private final byte[] encoded;

    /**
     * @param rowBytes bytes written for each row
     */
    Rows(OutputStream out, int rowBytes) {
      super(source, columns);
      this.out = out;
      encoded = new byte[rowBytes];
    }

    /** Encodes a block whose scale and zero point are chosen; {@code encoded} was zeros. */
    abstract void encode(int block, BlockQuantizer fitted, float[] values, byte[] into);

    @Override
    final void row(long row, float[] values) throws IOException {
      System.arraycopy(values, 0, weights, 0, columns);
      Arrays.fill(encoded, (byte) 0);
      for (int block = 0; block < blocks; block++) {
        int first = block * BlockQuantizer.BLOCK;
        quantizer.fit(weights, first, first + BlockQuantizer.BLOCK);
        encode(block, quantizer, weights, encoded);
      }
      out.write(encoded);
    }

    /** Puts a quantised value at its place among those of a row. */
    final void put(byte[] into, int index, int value) {
      into[index * BlockQuantizer.BITS / 8] |= (byte) (value << index * BlockQuantizer.BITS % 8);
    }
  }

  private final class Weights extends Rows {
    Weights(OutputStream out) {
      super(out, blocks * BlockQuantizer.BLOCK * BlockQuantizer.BITS / 8);
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
      super(out, (blocks * BlockQuantizer.BITS + 7) / 8);
    }

    @Override
    void encode(int block, BlockQuantizer fitted, float[] values, byte[] into) {
      put(into, block, fitted.zeroPoint());
    }
  }
}
