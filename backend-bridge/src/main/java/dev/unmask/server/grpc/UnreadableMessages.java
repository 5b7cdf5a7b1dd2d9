package dev.unmask.server.grpc;

import io.grpc.BindableService;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Ends a call with INTERNAL, gRPC's code for it, when a request is no message of its type. Without
 * this, gRPC takes that for a fault of the service.
 */
final class UnreadableMessages implements ServerInterceptor {
  private UnreadableMessages() {}

  /** A service whose messages are parsed where the failure can be caught. */
  static ServerServiceDefinition guard(BindableService service) {
    return ServerInterceptors.intercept(
        ServerInterceptors.useInputStreamMessages(service.bindService()), new UnreadableMessages());
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata metadata, ServerCallHandler<Q, R> next) {
    OnceClosedCall<Q, R> guarded = new OnceClosedCall<>(call);
    return new Listener<>(next.startCall(guarded, metadata), guarded);
  }

  /** Tells the service that the call is cancelled, so that it writes no more, and then ends it. */
  private static final class Listener<Q> extends SimpleForwardingServerCallListener<Q> {
    private final ServerCall<Q, ?> call;
    private boolean ended;

    Listener(ServerCall.Listener<Q> service, ServerCall<Q, ?> call) {
      super(service);
      this.call = call;
    }

    @Override
    public void onMessage(Q message) {
      if (ended) {
        return;
      }
      try {
        super.onMessage(message);
      } catch (StatusRuntimeException e) {
        ended = true;
        super.onCancel();
        call.close(
            Status.INTERNAL.withDescription("request message cannot be parsed"), new Metadata());
      }
    }

    @Override
    public void onHalfClose() {
      if (!ended) {
        super.onHalfClose();
      }
    }

    @Override
    public void onCancel() {
      if (!ended) {
        super.onCancel();
      }
    }

    @Override
    public void onComplete() {
      if (!ended) {
        super.onComplete();
      }
    }
  }

  /** A call that its service may have ended before the message came. */
  private static final class OnceClosedCall<Q, R> extends SimpleForwardingServerCall<Q, R> {
    private final AtomicBoolean closed = new AtomicBoolean();

    OnceClosedCall(ServerCall<Q, R> call) {
      super(call);
    }

    @Override
    public void close(Status status, Metadata trailers) {
      if (closed.compareAndSet(false, true)) {
        super.close(status, trailers);
      }
    }
  }
}
