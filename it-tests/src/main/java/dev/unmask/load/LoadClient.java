package dev.unmask.load;

/**
 * A client that streams one generation after the other over one connection or stream, which it
 * opens again after a cancel or a failure. One thread uses it.
 */
public interface LoadClient extends AutoCloseable {
  /** Sends a request; its predecessor must have ended. */
  LoadCall start(LoadRequest request, ChunkListener listener);

  /** Closes what is open. */
  @Override
  void close();
}
