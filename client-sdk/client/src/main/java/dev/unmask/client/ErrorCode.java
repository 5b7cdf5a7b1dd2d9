package dev.unmask.client;

/** Kinds of failure. */
public enum ErrorCode {
  /** The request is wrong and would be wrong again. */
  INVALID_ARGUMENT,
  /** The named model, version or resource does not exist. */
  NOT_FOUND,
  /** The target exists already. */
  ALREADY_EXISTS,
  /** The server, the model or the transport does not do this. */
  UNSUPPORTED,
  /** The caller is not allowed to. */
  PERMISSION_DENIED,
  /** Something is larger than a limit, such as a response that is longer than this client takes. */
  RESOURCE_EXHAUSTED,
  /** Not now: the server is not reachable, overloaded or shutting down. */
  UNAVAILABLE,
  /** It took longer than one of the client's timeouts or the request's own. */
  DEADLINE_EXCEEDED,
  /** Given up, by the caller or by the server. */
  CANCELLED,
  /** The other side did not speak the protocol, or ended before it was done. */
  PROTOCOL,
  /** A fault of the server, or a request that this client could not send. */
  INTERNAL,
  /** The server did not say what kind of failure it was. */
  UNKNOWN
}
