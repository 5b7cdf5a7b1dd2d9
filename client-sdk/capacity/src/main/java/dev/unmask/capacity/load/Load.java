package dev.unmask.capacity.load;

import dev.unmask.scheduler.UnmaskException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** How requests arrive. Immutable. */
public sealed interface Load {
  /** A word for it. */
  String kind();

  /** A number as people write it: a whole one without a fraction. */
  static String plain(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? String.valueOf((long) value)
        : String.valueOf(value);
  }

  /** The value, as files are named by it. */
  default String valueText() {
    return plain(value());
  }

  /** What a sweep varies: users, requests per second, or the speed of a trace. */
  double value();

  /** The value as people say it. */
  String label();

  /**
   * Users of whom each sends a request when the one before was answered.
   *
   * @param users how many
   */
  record Closed(int users) implements Load {
    /** Checks the number. */
    public Closed {
      if (users < 1) {
        throw UnmaskException.invalid("--concurrency=" + users + " is below 1");
      }
    }

    @Override
    public String kind() {
      return "closed";
    }

    @Override
    public double value() {
      return users;
    }

    @Override
    public String label() {
      return users == 1 ? "1 user" : users + " users";
    }
  }

  /**
   * Requests that arrive whether those before were answered or not.
   *
   * @param pattern of the gaps between them
   * @param rate mean requests per second
   * @param burstiness for {@link Pattern#BURSTY} the shape of the gamma distribution of the gaps:
   *     below 1 in bursts, 1 as Poisson, above 1 more even (vLLM's {@code --burstiness})
   */
  record Open(Pattern pattern, double rate, double burstiness) implements Load {
    /** Checks the numbers. */
    public Open {
      if (!(rate > 0 && rate <= 1e6)) {
        throw UnmaskException.invalid("--request-rate=" + rate + " is not in (0, 1e6]");
      }
      if (!(burstiness >= 0.01 && burstiness <= 100)) {
        throw UnmaskException.invalid("--burstiness=" + burstiness + " is not in [0.01, 100]");
      }
    }

    @Override
    public String kind() {
      return pattern.name().toLowerCase(Locale.ROOT);
    }

    @Override
    public double value() {
      return rate;
    }

    @Override
    public String label() {
      return Load.plain(rate) + " requests/s";
    }
  }

  /**
   * The requests of a trace at their times.
   *
   * @param file where it is from
   * @param rows arrivals, in order
   * @param scale how many times as fast as it was recorded
   */
  record Replay(Path file, List<TraceRow> rows, double scale) implements Load {
    /** Checks the scale. */
    public Replay {
      rows = List.copyOf(rows);
      if (!(scale > 0 && scale <= 1e6)) {
        throw UnmaskException.invalid("--trace-speed=" + scale + " is not in (0, 1e6]");
      }
    }

    @Override
    public String kind() {
      return "trace";
    }

    @Override
    public double value() {
      return scale;
    }

    @Override
    public String label() {
      return "trace x " + Load.plain(scale);
    }
  }

  /** How gaps between arrivals are spread. */
  enum Pattern {
    /** All alike. */
    CONSTANT,
    /** Exponentially. */
    POISSON,
    /** By a gamma distribution. */
    BURSTY
  }
}
