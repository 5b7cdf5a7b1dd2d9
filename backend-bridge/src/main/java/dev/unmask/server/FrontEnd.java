package dev.unmask.server;

/** One protocol's listening socket and everything behind it. */
public interface FrontEnd extends AutoCloseable {
  /** Such as {@code HTTP}, for logs. */
  String name();

  /**
   * Binds and accepts connections.
   *
   * @throws dev.unmask.scheduler.UnmaskException UNAVAILABLE with address and port where they are
   *     in use or not to be had; INVALID_ARGUMENT for settings that cannot be used, such as a
   *     certificate that does not parse
   */
  void start();

  /** The port that is bound; differs from the configured one where that is 0. */
  int port();

  /**
   * Begins to shut down: new inference requests are refused, those in progress go on, health
   * requests say not ready.
   */
  void drain();

  /** Closes all connections and frees the threads. Idempotent. */
  @Override
  void close();
}
