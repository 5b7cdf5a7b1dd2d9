package dev.unmask.bridge.engine;

/**
 * What a session can do; fixed for its life.
 *
 * @param maxSequences number of cache slots; a plan's rows use slots {@code [0, maxSequences)}
 * @param maxContext cache indices per slot, in positions
 * @param kvPositions cache positions that fit in memory. Slots that hold rows count as many each as
 *     the longest of them, rounded up to {@link #KV_BLOCK} (attention pays for one common
 *     capacity); a saved entry counts its own length, rounded up likewise. A plan that needs more
 *     is refused.
 * @param kvBytesPerPosition bytes of keys and values of one position over all layers
 * @param candidateCount candidates returned per output
 * @param specialTokenIds tokens whose logits are returned with every output, in that order
 * @param guidance whether outputs may name an unconditional half
 * @param description one line for logs: engine, version, device, data type
 */
public record EngineCapabilities(
    int maxSequences,
    int maxContext,
    long kvPositions,
    int kvBytesPerPosition,
    int candidateCount,
    int[] specialTokenIds,
    boolean guidance,
    String description) {

  /** Positions of a KV block, the unit in which cache memory is counted. */
  public static final int KV_BLOCK = 32;
}
