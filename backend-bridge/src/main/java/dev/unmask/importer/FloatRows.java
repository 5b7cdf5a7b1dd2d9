package dev.unmask.importer;

import dev.unmask.scheduler.UnmaskException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Takes a matrix as float32 bytes and hands on each row when it is complete. */
abstract class FloatRows extends OutputStream {
  private final Payload source;
  private final byte[] bytes;
  private final float[] values;
  private int filled;
  private long done;

  /**
   * @param source what will be written here, for messages
   * @param columns values of a row
   */
  FloatRows(Payload source, int columns) {
    this.source = source;
    bytes = new byte[columns * Float.BYTES];
    values = new float[columns];
  }

  /**
   * Takes a row.
   *
   * @param row its index
   * @param values finite; overwritten afterwards
   */
  abstract void row(long row, float[] values) throws IOException;

  @Override
  public final void write(int value) throws IOException {
    write(new byte[] {(byte) value}, 0, 1);
  }

  @Override
  public final void write(byte[] from, int start, int length) throws IOException {
    for (int taken = 0; taken < length; ) {
      int count = Math.min(length - taken, bytes.length - filled);
      System.arraycopy(from, start + taken, bytes, filled, count);
      taken += count;
      filled += count;
      if (filled == bytes.length) {
        endRow();
        filled = 0;
      }
    }
  }

  private void endRow() throws IOException {
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
    for (int i = 0; i < values.length; i++) {
      if (!Float.isFinite(values[i])) {
        throw UnmaskException.invalid(
            "tensor "
                + source.tensorOf(done * values.length + i)
                + ": value "
                + values[i]
                + " cannot be quantised");
      }
    }
    row(done, values);
    done++;
  }
}
