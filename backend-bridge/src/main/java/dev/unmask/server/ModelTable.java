package dev.unmask.server;

import java.util.ArrayList;
import java.util.List;

/** The table of models and their states that a server prints at its start. */
final class ModelTable {
  private ModelTable() {}

  /** Lines of the table, each ended. */
  static String of(List<VersionStatus> models) {
    List<String[]> rows = new ArrayList<>();
    rows.add(new String[] {"Model", "Version", "Status"});
    for (VersionStatus model : models) {
      String state = model.state() == null ? "" : model.state().name();
      rows.add(
          new String[] {
            model.model(),
            model.version().isEmpty() ? "-" : model.version(),
            model.reason().isEmpty() ? state : state + ": " + model.reason()
          });
    }
    int[] widths = new int[3];
    for (String[] row : rows) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], row[i].length());
      }
    }
    StringBuilder table = new StringBuilder();
    rule(table, widths);
    for (int row = 0; row < rows.size(); row++) {
      for (int i = 0; i < widths.length; i++) {
        String cell = rows.get(row)[i];
        table.append("| ").append(cell).append(" ".repeat(widths[i] - cell.length() + 1));
      }
      table.append("|\n");
      if (row == 0) {
        rule(table, widths);
      }
    }
    rule(table, widths);
    return table.toString();
  }

  private static void rule(StringBuilder table, int[] widths) {
    for (int width : widths) {
      table.append('+').append("-".repeat(width + 2));
    }
    table.append("+\n");
  }
}
