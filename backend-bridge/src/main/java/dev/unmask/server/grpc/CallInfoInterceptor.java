package dev.unmask.server.grpc;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives every call its {@link CallInfo}, tells the client its request id, and logs how the call
 * ended. Any thread.
 */
final class CallInfoInterceptor implements ServerInterceptor {
  private static final Logger LOG = LoggerFactory.getLogger(CallInfoInterceptor.class);
  private static final int MAX_REQUEST_ID = 128;

  private static final Metadata.Key<String> REQUEST_ID =
      Metadata.Key.of("x-request-id", Metadata.ASCII_STRING_MARSHALLER);
  private static final Metadata.Key<String> GRPC_ERROR =
      Metadata.Key.of("triton_grpc_error", Metadata.ASCII_STRING_MARSHALLER);

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata metadata, ServerCallHandler<Q, R> next) {
    String given = metadata.get(REQUEST_ID);
    String requestId =
        given == null || given.isEmpty() || given.length() > MAX_REQUEST_ID
            ? UUID.randomUUID().toString()
            : given;
    CallInfo info = new CallInfo(requestId, "true".equals(metadata.get(GRPC_ERROR)));
    ServerCall.Listener<Q> listener =
        Contexts.interceptCall(
            Context.current().withValue(CallInfo.KEY, info),
            new LoggedCall<>(call, requestId),
            metadata,
            next);
    return new SimpleForwardingServerCallListener<>(listener) {
      @Override
      public void onCancel() {
        LOG.debug("[request id: {}] {} was cancelled", requestId, method(call));
        super.onCancel();
      }
    };
  }

  private static String method(ServerCall<?, ?> call) {
    return call.getMethodDescriptor().getBareMethodName();
  }

  private static final class LoggedCall<Q, R> extends SimpleForwardingServerCall<Q, R> {
    private final String requestId;

    LoggedCall(ServerCall<Q, R> call, String requestId) {
      super(call);
      this.requestId = requestId;
    }

    @Override
    public void sendHeaders(Metadata headers) {
      headers.put(REQUEST_ID, requestId);
      super.sendHeaders(headers);
    }

    @Override
    public void close(Status status, Metadata trailers) {
      LOG.debug("[request id: {}] {}: {}", requestId, method(this), status.getCode());
      super.close(status, trailers);
    }
  }
}
