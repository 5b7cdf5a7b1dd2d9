package dev.unmask.server.http;

/**
 * An input as the JSON of {@code infer} describes it.
 *
 * @param datatype not yet checked
 * @param dataStart offset of its data within the JSON; -1 for none
 * @param dataEnd offset behind it
 * @param binarySize bytes of it behind the JSON; -1 for none
 * @param sharedMemory region that holds it; null for none
 */
record InferInput(
    String name,
    String datatype,
    long[] shape,
    int dataStart,
    int dataEnd,
    long binarySize,
    String sharedMemory) {}
