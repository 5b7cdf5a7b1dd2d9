package dev.unmask.core;

import static dev.unmask.core.CoreHandles.check;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_ERROR_INTERNAL;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_ErrorDelete;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_ErrorNew;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_InferenceResponseDelete;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_InferenceResponseError;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_MEMORY_CPU;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_RESPONSE_COMPLETE_FINAL;

import dev.unmask.request.InferResponse;
import dev.unmask.scheduler.UnmaskException;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.tritonserver.tritonserver.TRITONSERVER_Error;
import org.bytedeco.tritonserver.tritonserver.TRITONSERVER_InferenceRequest;
import org.bytedeco.tritonserver.tritonserver.TRITONSERVER_InferenceRequestReleaseFn_t;
import org.bytedeco.tritonserver.tritonserver.TRITONSERVER_InferenceResponse;
import org.bytedeco.tritonserver.tritonserver.TRITONSERVER_InferenceResponseCompleteFn_t;
import org.bytedeco.tritonserver.tritonserver.TRITONSERVER_ResponseAllocator;
import org.bytedeco.tritonserver.tritonserver.TRITONSERVER_ResponseAllocatorAllocFn_t;
import org.bytedeco.tritonserver.tritonserver.TRITONSERVER_ResponseAllocatorReleaseFn_t;

/**
 * What the core calls. There is one of each for the process, since each is compiled code that is
 * never freed; calls are told apart by the number that travels with them.
 */
final class CoreCallbacks {
  private static final AtomicLong NUMBERS = new AtomicLong(1);
  private static final Map<Long, CoreCall> AWAITING_RESPONSES = new ConcurrentHashMap<>();
  private static final Map<Long, CoreCall> AWAITING_RELEASE = new ConcurrentHashMap<>();
  private static final Queue<String> VIOLATIONS = new ConcurrentLinkedQueue<>();

  /** Buffers given out and not given back. */
  static final AtomicLong BUFFERS = new AtomicLong();

  /** Buffers that the next calls of the failing allocator still give. */
  static final AtomicInteger BUFFERS_BEFORE_FAILURE = new AtomicInteger();

  static final Allocate ALLOCATE = new Allocate(false);
  static final Allocate ALLOCATE_UNTIL_FAILURE = new Allocate(true);
  static final Release RELEASE = new Release();
  static final Respond RESPOND = new Respond();
  static final GiveBack GIVE_BACK = new GiveBack();

  private CoreCallbacks() {}

  /** Registers a call; the number goes to the core with it. */
  static long register(CoreCall call) {
    long number = NUMBERS.getAndIncrement();
    AWAITING_RESPONSES.put(number, call);
    AWAITING_RELEASE.put(number, call);
    return number;
  }

  /** Takes a call back that the core did not take. */
  static void forget(long number) {
    AWAITING_RESPONSES.remove(number);
    AWAITING_RELEASE.remove(number);
  }

  /** Calls whose final response did not come yet, or that were not given back. */
  static int unfinished() {
    return Math.max(AWAITING_RESPONSES.size(), AWAITING_RELEASE.size());
  }

  /** The core or a backend did what it must not do. */
  static void violated(String what) {
    VIOLATIONS.add(what);
  }

  static Queue<String> violations() {
    return VIOLATIONS;
  }

  /** Gives memory for outputs. */
  static final class Allocate extends TRITONSERVER_ResponseAllocatorAllocFn_t {
    private final boolean fails;

    private Allocate(boolean fails) {
      this.fails = fails;
    }

    @Override
    @SuppressWarnings("rawtypes") // As the bindings declare it.
    public TRITONSERVER_Error call(
        TRITONSERVER_ResponseAllocator allocator,
        String tensor,
        long bytes,
        int memoryType,
        long memoryId,
        Pointer user,
        PointerPointer buffer,
        PointerPointer bufferUser,
        IntPointer actualType,
        LongPointer actualId) {
      if (fails && BUFFERS_BEFORE_FAILURE.getAndDecrement() <= 0) {
        return TRITONSERVER_ErrorNew(TRITONSERVER_ERROR_INTERNAL, "no buffer for " + tensor);
      }
      actualType.put(0, TRITONSERVER_MEMORY_CPU);
      actualId.put(0, 0);
      bufferUser.put(0, (Pointer) null);
      if (bytes == 0) {
        buffer.put(0, (Pointer) null);
      } else {
        buffer.put(0, Pointer.malloc(bytes));
        BUFFERS.incrementAndGet();
      }
      return null;
    }
  }

  /** Takes memory of outputs back. */
  static final class Release extends TRITONSERVER_ResponseAllocatorReleaseFn_t {
    private Release() {}

    @Override
    public TRITONSERVER_Error call(
        TRITONSERVER_ResponseAllocator allocator,
        Pointer buffer,
        Pointer user,
        long bytes,
        int memoryType,
        long memoryId) {
      if (buffer != null && !buffer.isNull()) {
        Pointer.free(buffer);
        BUFFERS.decrementAndGet();
      }
      return null;
    }
  }

  /** Brings responses. */
  static final class Respond extends TRITONSERVER_InferenceResponseCompleteFn_t {
    private Respond() {}

    @Override
    public void call(TRITONSERVER_InferenceResponse response, int flags, Pointer user) {
      boolean last = (flags & TRITONSERVER_RESPONSE_COMPLETE_FINAL) != 0;
      long number = user.address();
      CoreCall call = last ? AWAITING_RESPONSES.remove(number) : AWAITING_RESPONSES.get(number);
      try {
        InferResponse read = null;
        UnmaskException error = null;
        if (response != null && !response.isNull()) {
          TRITONSERVER_Error failure = TRITONSERVER_InferenceResponseError(response);
          if (failure == null) {
            read = ResponseReader.read(response);
          } else {
            error = CoreHandles.failure(failure);
            // Made for the caller, whatever the header says: it stays in memory otherwise.
            TRITONSERVER_ErrorDelete(failure);
          }
          check(TRITONSERVER_InferenceResponseDelete(response));
        }
        if (call == null) {
          violated("a response to a request that has ended");
        } else {
          call.onResponse(read, error, last);
        }
      } catch (Throwable t) {
        violated("a response that cannot be read: " + t);
      }
    }
  }

  /** Brings requests back. */
  static final class GiveBack extends TRITONSERVER_InferenceRequestReleaseFn_t {
    private GiveBack() {}

    @Override
    public void call(TRITONSERVER_InferenceRequest request, int flags, Pointer user) {
      CoreCall call = AWAITING_RELEASE.remove(user.address());
      if (call == null) {
        violated("a request given back that was not given, or twice");
      } else {
        call.onReleased();
      }
    }
  }
}
