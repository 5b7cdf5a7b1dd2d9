package dev.unmask.core;

import static dev.unmask.core.CoreHandles.check;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_InferenceRequestCancel;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_InferenceRequestDelete;

import dev.unmask.request.InferResponse;
import dev.unmask.request.InferenceCall;
import dev.unmask.request.ResponseObserver;
import dev.unmask.scheduler.UnmaskException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.tritonserver.tritonserver.TRITONSERVER_InferenceRequest;

/**
 * A request in the core. Its native memory is freed once Triton has given the request back and the
 * final response has come, in whichever order.
 */
final class CoreCall implements InferenceCall {
  private final ResponseObserver observer;
  private final CountDownLatch over = new CountDownLatch(2);
  // Guarded by this.
  private TRITONSERVER_InferenceRequest request;
  private Pointer contents;
  private UnmaskException failure;
  private boolean isFinal;
  private boolean released;

  CoreCall(ResponseObserver observer) {
    this.observer = observer;
  }

  /** The call owns its request from now on. */
  synchronized void own(TRITONSERVER_InferenceRequest made) {
    request = made;
  }

  /** The call owns the memory of its tensors' contents from now on. */
  synchronized void keep(Pointer memory) {
    contents = memory;
  }

  @Override
  public synchronized void cancel() {
    if (request != null && !isFinal) {
      check(TRITONSERVER_InferenceRequestCancel(request));
    }
  }

  /** A response came, or only the news that there are no more. */
  void onResponse(InferResponse response, UnmaskException error, boolean last) {
    UnmaskException problem;
    synchronized (this) {
      if (isFinal) {
        CoreCallbacks.violated("a response after the final one");
        return;
      }
      failure = failure == null ? error : failure;
      problem = failure;
      isFinal = last;
    }
    if (last && problem != null) {
      observer.onError(problem);
    } else if (response != null) {
      observer.onResponse(response, last);
    } else if (last) {
      observer.onCompleted();
    }
    if (last) {
      free();
      over.countDown();
    }
  }

  /** Triton gave the request back. */
  void onReleased() {
    synchronized (this) {
      if (released) {
        CoreCallbacks.violated("a request given back twice");
        return;
      }
      released = true;
    }
    free();
    over.countDown();
  }

  /** The core refused the request; nothing follows. */
  void onRefused() {
    synchronized (this) {
      isFinal = true;
      released = true;
    }
    free();
  }

  private synchronized void free() {
    if (isFinal && released && request != null) {
      check(TRITONSERVER_InferenceRequestDelete(request));
      request = null;
      if (contents != null) {
        Pointer.free(contents);
        contents = null;
      }
    }
  }

  /** Waits until the final response came and the request was given back. */
  boolean await(long timeout, TimeUnit unit) throws InterruptedException {
    return over.await(timeout, unit);
  }
}
