/**
 * The metrics of block decoding: which there are, and how what happens in a model moves them.
 * Whoever publishes metrics (the embedded server in Prometheus text, the Triton backend through
 * Triton's own registry) brings a {@link dev.unmask.metrics.SeriesWriter}.
 */
package dev.unmask.metrics;
