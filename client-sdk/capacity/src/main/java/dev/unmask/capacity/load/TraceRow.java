package dev.unmask.capacity.load;

/**
 * A request of a trace.
 *
 * @param offsetNanos its arrival, from that of the first
 * @param inputTokens tokens of its prompt
 * @param outputTokens tokens of its answer
 */
public record TraceRow(long offsetNanos, int inputTokens, int outputTokens) {}
