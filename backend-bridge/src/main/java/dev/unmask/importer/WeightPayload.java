package dev.unmask.importer;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/**
 * A stored weight, with its LoRA update added and a factor applied, both in float32 before the
 * result is rounded to the graph's format. Read in chunks of whole rows.
 *
 * @param tensor the stored weight; a vector counts as one row
 * @param delta what the adapter adds, null for nothing
 * @param factor multiplied in last
 */
record WeightPayload(StoredTensor tensor, LoraDelta delta, float factor) implements Payload {

  /** A weight as it is stored. */
  static WeightPayload plain(StoredTensor tensor) {
    return new WeightPayload(tensor, null, 1f);
  }

  @Override
  public long elements() {
    return tensor.elements();
  }

  @Override
  public String tensorOf(long element) {
    return tensor.name();
  }

  @Override
  public void writeTo(OutputStream out, DataType type) throws IOException {
    int columns = columns();
    long rows = columns == 0 ? 0 : elements() / columns;
    int rowsAtOnce = (int) Math.max(1, Math.min(rows, CHUNK / Math.max(1, columns)));
    Reader reader = new Reader(rowsAtOnce);
    float[] values = new float[rowsAtOnce * columns];
    byte[] bytes = new byte[rowsAtOnce * columns * type.bytes()];
    boolean copy = type == tensor.type() && delta == null && factor == 1f;
    for (long row = 0; row < rows; row += rowsAtOnce) {
      int count = (int) Math.min(rowsAtOnce, rows - row);
      if (copy) {
        tensor.readBytes(row * columns, count * columns, reader.scratch);
        reader.scratch.get(bytes, 0, count * columns * type.bytes());
        out.write(bytes, 0, count * columns * type.bytes());
      } else {
        reader.read(row, count, values);
        Payload.emit(out, type, tensor.name(), values, count * columns, bytes);
      }
    }
  }

  /** Elements of a row; a vector counts as one row. */
  int columns() {
    return Math.toIntExact(tensor.shape()[tensor.shape().length - 1]);
  }

  /** Reads rows with update and factor applied; the update is in memory as long as this is. */
  final class Reader {
    private final int columns = columns();
    private final ByteBuffer scratch;
    private final LoraDelta.Loaded update = delta == null ? null : delta.load();

    /**
     * @param rowsAtOnce most rows of one call
     */
    Reader(int rowsAtOnce) {
      scratch = StoredTensor.scratch(rowsAtOnce * columns);
    }

    /** Reads rows {@code [row, row + rows)} to the start of {@code values}. */
    void read(long row, int rows, float[] values) {
      int count = rows * columns;
      tensor.read(row * columns, count, scratch, values);
      if (update != null) {
        update.addTo(values, (int) row, rows);
      }
      for (int i = 0; factor != 1f && i < count; i++) {
        values[i] *= factor;
      }
    }
  }
}
