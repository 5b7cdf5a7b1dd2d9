package dev.unmask.capacity.measure;

import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * Reads a server's metrics, in Prometheus' text format, while load is on it: by how much its
 * counters grew, and how high its gauges went. Histograms are left to the client's own clock. Any
 * thread.
 */
public final class ServerMetrics implements AutoCloseable {
  private static final Duration TIMEOUT = Duration.ofSeconds(5);
  private static final long INTERVAL_MILLIS = 500;

  private final URI url;
  private final String model;
  private final HttpClient client = HttpClient.newBuilder().connectTimeout(TIMEOUT).build();
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          work -> {
            Thread thread = new Thread(work, "capacity-metrics");
            thread.setDaemon(true);
            return thread;
          });
  private final Map<String, Double> counters = new TreeMap<>();
  private final Map<String, Double> gauges = new TreeMap<>();

  /**
   * Makes one.
   *
   * @param url such as {@code http://host:8002/metrics}
   * @param model series with a label {@code model} of another value are left out
   */
  public ServerMetrics(URI url, String model) {
    this.url = url;
    this.model = model;
  }

  /** What was read, from {@link #watch} until it is stopped. */
  public final class Watch {
    private final Map<String, Double> start;
    private final ScheduledFuture<?> polling;

    private Watch() {
      start = read().counters();
      polling =
          timer.scheduleAtFixedRate(
              this::poll, INTERVAL_MILLIS, INTERVAL_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void poll() {
      try {
        keep(read());
      } catch (UnmaskException e) {
        // A scrape that fails leaves a gap; the last one decides whether there is anything.
      }
    }

    /** Reads once more and adds what was seen to the totals. */
    public void stop() {
      polling.cancel(false);
      Scrape end;
      try {
        end = read();
      } catch (UnmaskException e) {
        // What the client measured is not lost over it.
        synchronized (ServerMetrics.this) {
          gauges.merge("unreadable at the end", 1.0, Double::sum);
        }
        return;
      }
      keep(end);
      synchronized (ServerMetrics.this) {
        end.counters()
            .forEach(
                (name, value) ->
                    counters.merge(name, value - start.getOrDefault(name, 0.0), Double::sum));
      }
    }
  }

  private synchronized void keep(Scrape scrape) {
    scrape.gauges().forEach((name, value) -> gauges.merge(name, value, Math::max));
  }

  /**
   * Begins to watch.
   *
   * @throws UnmaskException UNAVAILABLE where the metrics cannot be read
   */
  public Watch watch() {
    return new Watch();
  }

  /**
   * Growth of counters and greatest values of gauges over all watches since it was last asked,
   * those of 0 left out.
   */
  public synchronized Map<String, Double> take() {
    Map<String, Double> all = new TreeMap<>(counters);
    gauges.forEach((name, value) -> all.put(name + " (max)", value));
    all.values().removeIf(value -> value == 0);
    counters.clear();
    gauges.clear();
    return all;
  }

  private Scrape read() {
    try {
      var response =
          client.send(
              HttpRequest.newBuilder(url).timeout(TIMEOUT).build(), BodyHandlers.ofString());
      if (response.statusCode() != 200) {
        throw failed("answered " + response.statusCode());
      }
      return Scrape.of(response.body(), model);
    } catch (IOException e) {
      throw failed(String.valueOf(e));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failed("interrupted");
    }
  }

  private UnmaskException failed(String why) {
    return new UnmaskException(ErrorCode.UNAVAILABLE, "--metrics-url=" + url + ": " + why);
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }

  /** One reading. */
  record Scrape(Map<String, Double> counters, Map<String, Double> gauges) {
    static Scrape of(String text, String model) {
      Map<String, Double> counters = new HashMap<>();
      Map<String, Double> gauges = new HashMap<>();
      Set<String> counted = new HashSet<>();
      Set<String> gauged = new HashSet<>();
      for (String line : text.lines().toList()) {
        if (line.startsWith("# TYPE ")) {
          String[] words = line.split(" +", 4);
          if (words.length == 4 && words[3].equals("counter")) {
            counted.add(words[2]);
          } else if (words.length == 4 && words[3].equals("gauge")) {
            gauged.add(words[2]);
          }
        } else if (!line.startsWith("#") && line.lastIndexOf(' ') > 0) {
          int end = line.lastIndexOf(' ');
          String series = line.substring(0, end);
          String name = series.replaceFirst("\\{.*", "");
          if (isOthers(series, model)) {
            continue;
          }
          double value = value(line.substring(end + 1));
          if (counted.contains(name) || counted.contains(name.replaceFirst("_total$", ""))) {
            counters.merge(series, value, Double::sum);
          } else if (gauged.contains(name)) {
            gauges.merge(series, value, Math::max);
          }
        }
      }
      return new Scrape(counters, gauges);
    }

    private static boolean isOthers(String series, String model) {
      return series.matches(".*[{,]model=\".*") && !series.contains("model=\"" + model + "\"");
    }

    private static double value(String text) {
      try {
        return Double.parseDouble(text);
      } catch (NumberFormatException e) {
        return 0;
      }
    }
  }
}
