package dev.unmask.load;

/** The protocols over which a server streams. */
public enum LoadProtocol {
  /** ModelStreamInfer, one call for the requests of a client. */
  GRPC,
  /** {@code generate_stream}, server-sent events over a connection that is kept. */
  HTTP
}
