package dev.unmask.capacity.targets;

/** Takes requests and answers them. Any thread. */
public interface Target extends AutoCloseable {
  /** What it is, in a line. */
  String description();

  /** Whether the model is computed in this process, whose CPU time then is not a driver's alone. */
  boolean inProcess();

  /**
   * Sends a request and returns. What comes of it is told to the listener, whatever happens, and
   * perhaps before this returns; a request that cannot be sent is told as an error.
   */
  void send(TargetRequest request, ResponseListener listener);

  /** Gives up what is in progress, which is told as errors, and frees what it has. */
  @Override
  void close();
}
