package dev.unmask.server.grpc;

import dev.unmask.server.ApiRestrictions;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;

/** Refuses calls of restricted categories without the metadata entry asked for. Any thread. */
record RestrictedProtocols(ApiRestrictions restrictions) implements ServerInterceptor {
  private static final String PREFIX = "triton-grpc-protocol-";

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata metadata, ServerCallHandler<Q, R> next) {
    String missing =
        restrictions.missingKey(
            CallCategories.of(call.getMethodDescriptor()),
            key -> metadata.get(Metadata.Key.of(PREFIX + key, Metadata.ASCII_STRING_MARSHALLER)));
    if (missing == null) {
      return next.startCall(call, metadata);
    }
    call.close(
        Status.UNAVAILABLE.withDescription(
            "This protocol is restricted, expecting header '" + PREFIX + missing + "'"),
        new Metadata());
    return new ServerCall.Listener<>() {};
  }
}
