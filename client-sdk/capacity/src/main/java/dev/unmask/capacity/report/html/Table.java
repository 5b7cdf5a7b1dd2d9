package dev.unmask.capacity.report.html;

import java.util.ArrayList;
import java.util.List;

/** A table whose first columns are text and whose others are numbers. */
final class Table {
  private final String caption;
  private final int textColumns;
  private final List<String> heads;
  private final List<List<String>> rows = new ArrayList<>();

  /**
   * An empty table.
   *
   * @param caption what is in it
   * @param textColumns how many columns are text
   * @param heads of all columns
   */
  Table(String caption, int textColumns, String... heads) {
    this.caption = caption;
    this.textColumns = textColumns;
    this.heads = List.of(heads);
  }

  /** Adds a row with a cell for each column. */
  void row(List<String> cells) {
    rows.add(List.copyOf(cells));
  }

  /** Writes it, or nothing if it has no rows. */
  void write(Markup out) {
    if (rows.isEmpty()) {
      return;
    }
    out.open("div", "class", "table", "role", "group", "tabindex", "0", "aria-label", caption);
    out.open("table");
    out.element("caption", caption);
    out.open("thead").open("tr");
    for (int i = 0; i < heads.size(); i++) {
      out.element("th", heads.get(i), "scope", "col", "class", style(i));
    }
    out.close().close();
    out.open("tbody");
    String previous = null;
    for (List<String> row : rows) {
      boolean first = !row.get(0).equals(previous);
      out.open("tr", "class", first && previous != null ? "first" : null);
      out.element("th", row.get(0), "scope", "row", "class", first ? null : "again");
      for (int i = 1; i < row.size(); i++) {
        out.element("td", row.get(i), "class", style(i));
      }
      out.close();
      previous = row.get(0);
    }
    out.close().close().close();
  }

  private String style(int column) {
    return column < textColumns ? null : "n";
  }
}
