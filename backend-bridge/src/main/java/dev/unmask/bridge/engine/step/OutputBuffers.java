package dev.unmask.bridge.engine.step;

import java.nio.ByteBuffer;

/**
 * Memory of a graph's small outputs, in native byte order, each dense from index 0; what they hold
 * is said in {@link GraphNames}.
 *
 * @param expectedGap null where the graph has none
 * @param specialLogits null where the graph has none
 */
public record OutputBuffers(
    ByteBuffer candidateIds,
    ByteBuffer candidateLogits,
    ByteBuffer topProbability,
    ByteBuffer expectedGap,
    ByteBuffer specialLogits) {}
