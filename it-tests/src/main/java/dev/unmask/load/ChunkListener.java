package dev.unmask.load;

/** Told of the responses of a stream, in order, on a thread of the client. */
@FunctionalInterface
public interface ChunkListener {
  /** A response was read. It may cancel the call; nothing more comes then. */
  void onChunk(LoadCall call, Chunk chunk);
}
