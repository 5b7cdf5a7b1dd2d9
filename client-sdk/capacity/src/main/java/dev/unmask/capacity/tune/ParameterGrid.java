package dev.unmask.capacity.tune;

import dev.unmask.scheduler.UnmaskException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** All combinations of the values of some parameters. Immutable. */
public final class ParameterGrid {
  private static final int MOST = 1000;

  private final List<Map<String, String>> points;

  private ParameterGrid(List<Map<String, String>> points) {
    this.points = points;
  }

  /**
   * Reads the axes of a grid.
   *
   * @param axes each {@code name=value,value}
   * @throws UnmaskException INVALID_ARGUMENT for an axis without values, named twice, or too many
   *     combinations
   */
  public static ParameterGrid of(List<String> axes) {
    List<Map<String, String>> points = List.of(Map.of());
    for (String axis : axes) {
      int mark = axis.indexOf('=');
      String name = mark < 1 ? "" : axis.substring(0, mark).strip();
      String values = mark < 1 ? "" : axis.substring(mark + 1).strip();
      if (name.isEmpty() || values.isEmpty() || points.get(0).containsKey(name)) {
        throw UnmaskException.invalid("--sweep=" + axis + " is no new NAME=VALUE,VALUE");
      }
      List<Map<String, String>> more = new ArrayList<>();
      for (Map<String, String> point : points) {
        for (String value : values.split(",", -1)) {
          Map<String, String> next = new LinkedHashMap<>(point);
          next.put(name, value.strip());
          more.add(next);
        }
      }
      points = more;
      if (points.size() > MOST) {
        throw UnmaskException.invalid("--sweep has more than " + MOST + " combinations");
      }
    }
    return new ParameterGrid(List.copyOf(points));
  }

  /** The combinations, the last axis fastest. */
  public List<Map<String, String>> points() {
    return points;
  }
}
