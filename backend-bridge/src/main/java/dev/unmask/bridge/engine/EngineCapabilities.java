package dev.unmask.bridge.engine;

/**
 * What a session can do; fixed for its life.
 *
 * @param maxSequences number of cache slots; a plan's rows use slots {@code [0, maxSequences)}
 * @param maxContext cache indices per slot, in positions
 * @param candidateCount candidates returned per output
 * @param specialTokenIds tokens whose logits are returned with every output, in that order
 * @param guidance whether outputs may name an unconditional half
 * @param description one line for logs: engine, version, device, data type
 */
public record EngineCapabilities(
    int maxSequences,
    int maxContext,
    int candidateCount,
    int[] specialTokenIds,
    boolean guidance,
    String description) {}
