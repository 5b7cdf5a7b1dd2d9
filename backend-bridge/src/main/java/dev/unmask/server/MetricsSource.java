package dev.unmask.server;

/** What {@code /metrics} answers with. Any thread. */
public interface MetricsSource {
  /** Prometheus text exposition format, UTF-8. */
  byte[] scrape();
}
