package dev.unmask.capacity.report.html;

import java.util.ArrayList;
import java.util.List;

/** Round values along an axis. */
final class Ticks {
  private static final double[] STEPS = {1, 2, 2.5, 5, 10};
  private static final int MANY_DECADES = 3;

  private Ticks() {}

  /** A value and how it is written. */
  record Tick(double value, String label) {}

  /**
   * Values from zero to the first round one that is not less than the greatest.
   *
   * @param greatest what the axis must hold; where it is not positive the axis ends at one
   * @param most how many steps there may be
   */
  static List<Tick> fromZero(double greatest, int most) {
    return between(0, greatest > 0 ? greatest : 1, most);
  }

  /** Values from a round one that is not more than the least to one not less than the greatest. */
  static List<Tick> between(double least, double greatest, int most) {
    double step = step(Math.max(greatest - least, Double.MIN_NORMAL * 1e10) / most);
    double first = Math.floor(least / step + 1e-9);
    double last = Math.max(first + 1, Math.ceil(greatest / step - 1e-9));
    List<Tick> ticks = new ArrayList<>();
    for (double i = first; i <= last; i++) {
      ticks.add(new Tick(i * step, label(i * step, step)));
    }
    return List.copyOf(ticks);
  }

  private static double step(double least) {
    double power = Math.pow(10, Math.floor(Math.log10(least)));
    for (double step : STEPS) {
      if (step * power >= least * (1 - 1e-9)) {
        return step * power;
      }
    }
    return 10 * power;
  }

  private static String label(double value, double step) {
    int decimals = 0;
    double scaled = step;
    while (decimals < 6 && Math.abs(scaled - Math.rint(scaled)) > 1e-6 * scaled) {
      scaled *= 10;
      decimals++;
    }
    return step < 1e-6 || decimals == 6
        ? Numbers.measured(value)
        : Numbers.fixed(value == 0 ? 0 : value, decimals);
  }

  /** Powers of ten around both, with two and five times each where the powers are few. */
  static List<Tick> logarithmic(double least, double greatest) {
    int first = (int) Math.floor(Math.log10(least) + 1e-9);
    int last = Math.max(first + 1, (int) Math.ceil(Math.log10(greatest) - 1e-9));
    double[] factors = last - first > MANY_DECADES ? new double[] {1} : new double[] {1, 2, 5};
    List<Tick> ticks = new ArrayList<>();
    for (int power = first; power <= last; power++) {
      for (double factor : factors) {
        double value = factor * Math.pow(10, power);
        ticks.add(new Tick(value, Numbers.measured(value)));
      }
    }
    int from = lastNotAbove(ticks, least);
    int to = from + 1;
    while (to < ticks.size() - 1 && ticks.get(to).value() < greatest * (1 - 1e-9)) {
      to++;
    }
    return List.copyOf(ticks.subList(from, to + 1));
  }

  private static int lastNotAbove(List<Tick> ticks, double least) {
    int index = 0;
    while (index + 2 < ticks.size() && ticks.get(index + 1).value() <= least * (1 + 1e-9)) {
      index++;
    }
    return index;
  }
}
