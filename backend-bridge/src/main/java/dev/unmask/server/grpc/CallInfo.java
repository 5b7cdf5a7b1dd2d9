package dev.unmask.server.grpc;

import io.grpc.Context;

/**
 * What a call's metadata says of it.
 *
 * @param requestId identifier for logs: the client's {@code x-request-id}, or one made here
 * @param endsStreamOnError whether a failed request ends its stream with a status, rather than be
 *     told in a message
 */
record CallInfo(String requestId, boolean endsStreamOnError) {
  static final Context.Key<CallInfo> KEY = Context.key("unmask-call-info");

  /** Of the call that the current thread serves. */
  static CallInfo current() {
    return KEY.get();
  }
}
