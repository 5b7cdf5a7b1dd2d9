package dev.unmask.bridge.engine.step;

import java.nio.ByteBuffer;

/**
 * Memory of a graph's small inputs, in native byte order, each dense from index 0; what they hold
 * is said in {@link GraphNames}.
 *
 * @param unconditionalRows null without guidance
 * @param guidance null without guidance
 */
public record InputBuffers(
    ByteBuffer inputIds,
    ByteBuffer positionIds,
    ByteBuffer attentionMask,
    ByteBuffer writeIndices,
    ByteBuffer outputRows,
    ByteBuffer unconditionalRows,
    ByteBuffer guidance) {}
