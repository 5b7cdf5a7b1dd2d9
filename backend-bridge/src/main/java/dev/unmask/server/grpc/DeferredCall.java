package dev.unmask.server.grpc;

import dev.unmask.request.InferenceCall;

/** A request that may be given up before the model has said how. Any thread. */
final class DeferredCall implements InferenceCall {
  private InferenceCall call;
  private boolean cancelled;

  /** Says how; called once. */
  void attach(InferenceCall started) {
    synchronized (this) {
      call = started;
      if (!cancelled) {
        return;
      }
    }
    started.cancel();
  }

  @Override
  public void cancel() {
    InferenceCall started;
    synchronized (this) {
      cancelled = true;
      started = call;
    }
    if (started != null) {
      started.cancel();
    }
  }
}
