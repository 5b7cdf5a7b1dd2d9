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
  public void writeTo(OutputStream out, DataType type) throws IOException {
    int columns = Math.toIntExact(tensor.shape()[tensor.shape().length - 1]);
    long rows = columns == 0 ? 0 : elements() / columns;
    int rowsAtOnce = (int) Math.max(1, Math.min(rows, CHUNK / Math.max(1, columns)));
    ByteBuffer scratch = StoredTensor.scratch(rowsAtOnce * columns);
    float[] values = new float[rowsAtOnce * columns];
    byte[] bytes = new byte[rowsAtOnce * columns * type.bytes()];
    LoraDelta.Loaded update = delta == null ? null : delta.load();
    boolean copy = type == tensor.type() && delta == null && factor == 1f;
    for (long row = 0; row < rows; row += rowsAtOnce) {
      int count = (int) Math.min(rowsAtOnce, rows - row) * columns;
      if (copy) {
        tensor.readBytes(row * columns, count, scratch);
        scratch.get(bytes, 0, count * type.bytes());
        out.write(bytes, 0, count * type.bytes());
      } else {
        tensor.read(row * columns, count, scratch, values);
        if (update != null) {
          update.addTo(values, (int) row, count / columns);
        }
        for (int i = 0; factor != 1f && i < count; i++) {
          values[i] *= factor;
        }
        Payload.emit(out, type, tensor.name(), values, count, bytes);
      }
    }
  }
}
