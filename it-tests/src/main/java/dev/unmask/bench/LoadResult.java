package dev.unmask.bench;

import dev.unmask.load.MetricsText;
import java.time.Duration;
import org.HdrHistogram.Histogram;

/**
 * What was measured over a window of time. Durations of streams are in nanoseconds as clients saw
 * them, but for the queue time, which is the server's.
 *
 * @param seconds length of the window
 * @param tokens tokens that arrived in it
 * @param requests requests that ended in it
 * @param firstBlock from sending a request to its first tokens
 * @param block from tokens of a request to its next
 * @param queue from arrival to the first forward pass
 * @param serverTime processor time of the server in the window
 * @param clientTime processor time of the clients in the window
 * @param before the server's metrics at its begin
 * @param after and at its end
 */
record LoadResult(
    double seconds,
    long tokens,
    long requests,
    Histogram firstBlock,
    Histogram block,
    Histogram queue,
    Duration serverTime,
    Duration clientTime,
    MetricsText before,
    MetricsText after) {
  double tokensPerSecond() {
    return tokens / seconds;
  }

  /** Growth of a metric over the window. */
  double growth(String name, String... labels) {
    return after.sum(name, labels) - before.sum(name, labels);
  }

  /** Share of the decode thread's steps that is spent outside the engine, 0 to 1. */
  double hostShare() {
    double engine = growth("unmask_step_seconds_total", "phase=\"engine\"");
    double all = growth("unmask_step_seconds_total");
    return all == 0 ? 0 : 1 - engine / all;
  }

  /** Processors that the server kept busy. */
  double serverProcessors() {
    return serverTime.toNanos() / 1e9 / seconds;
  }

  /** Processors that the clients kept busy. */
  double clientProcessors() {
    return clientTime.toNanos() / 1e9 / seconds;
  }

  /** Sequences in a forward pass, on average. */
  double sequencesPerPass() {
    double passes = growth("unmask_step_sequences_count");
    return passes == 0 ? 0 : growth("unmask_step_sequences_sum") / passes;
  }

  static double millis(Histogram histogram, double percentile) {
    return histogram.getValueAtPercentile(percentile) / 1e6;
  }
}
