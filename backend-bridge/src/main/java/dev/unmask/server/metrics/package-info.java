/**
 * What happened, for those who watch: the statistics of the protocol and the metrics in Prometheus
 * text format, both fed by {@link dev.unmask.bridge.Telemetry}. Written by decode threads and
 * request threads, read by any.
 */
package dev.unmask.server.metrics;
