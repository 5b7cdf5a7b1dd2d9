package dev.unmask.importer;

import java.io.IOException;
import java.io.OutputStream;

/**
 * A weight of a widened checkpoint, written row by row: old values at their new places, zeros and
 * fill elsewhere.
 *
 * @param name its name
 * @param rows outer dimension, null for a vector
 * @param columns inner dimension
 * @param source old values, null where there are none
 * @param fill values of free places
 */
record InflatedTensor(String name, Axis rows, Axis columns, WeightPayload source, Fill fill)
    implements Payload {
  private static final Axis ONE_ROW = Axis.widened(1, 1, Axis.FREE);

  /** Dimensions, outermost first. */
  long[] shape() {
    return rows == null ? new long[] {columns.size()} : new long[] {rows.size(), columns.size()};
  }

  @Override
  public long elements() {
    return (rows == null ? 1L : rows.size()) * columns.size();
  }

  @Override
  public String tensorOf(long element) {
    return name;
  }

  @Override
  public void writeTo(OutputStream out, DataType type) throws IOException {
    Axis outer = rows == null ? ONE_ROW : rows;
    Fill.Values values = fill.values();
    WeightPayload.Reader reader = source == null ? null : source.new Reader(1);
    float[] old = source == null ? null : new float[source.columns()];
    float[] row = new float[columns.size()];
    byte[] bytes = new byte[row.length * type.bytes()];
    for (int r = 0; r < outer.size(); r++) {
      int from = outer.source(r);
      if (from >= 0 && reader != null) {
        reader.read(from, 1, old);
      }
      for (int c = 0; c < row.length; c++) {
        int column = columns.source(c);
        if (from == Axis.ZERO || column == Axis.ZERO) {
          row[c] = 0;
        } else if (from < 0 || column < 0 || old == null) {
          row[c] = values.next();
        } else {
          row[c] = old[column];
        }
      }
      Payload.emit(out, type, name, row, row.length, bytes);
    }
  }
}
