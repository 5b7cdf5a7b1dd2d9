package dev.unmask.core;

import static dev.unmask.core.CoreHandles.check;
import static dev.unmask.core.CoreHandles.json;
import static org.bytedeco.tritonserver.global.tritonserver.*;

import dev.unmask.request.InferRequest;
import dev.unmask.request.InferenceCall;
import dev.unmask.request.ResponseObserver;
import dev.unmask.scheduler.UnmaskException;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.javacpp.SizeTPointer;
import org.bytedeco.tritonserver.tritonserver.TRITONSERVER_InferenceRequest;
import org.bytedeco.tritonserver.tritonserver.TRITONSERVER_Message;
import org.bytedeco.tritonserver.tritonserver.TRITONSERVER_Metrics;
import org.bytedeco.tritonserver.tritonserver.TRITONSERVER_Parameter;
import org.bytedeco.tritonserver.tritonserver.TRITONSERVER_ResponseAllocator;
import org.bytedeco.tritonserver.tritonserver.TRITONSERVER_Server;
import org.bytedeco.tritonserver.tritonserver.TRITONSERVER_ServerOptions;

/**
 * A server of the real Triton in this process, without network. Any thread. Errors are {@link
 * UnmaskException}s with Triton's code and message.
 */
public final class TritonCore implements AutoCloseable {
  static {
    TritonNatives.load();
  }

  private static final ThreadLocal<PointerPointer<Pointer>> POINTER =
      ThreadLocal.withInitial(() -> new PointerPointer<>(1));

  private final TRITONSERVER_Server server;
  private final TRITONSERVER_ResponseAllocator allocator;
  private final TRITONSERVER_ResponseAllocator failingAllocator;

  private TritonCore(TRITONSERVER_Server server) {
    this.server = server;
    this.allocator = allocator(CoreCallbacks.ALLOCATE);
    this.failingAllocator = allocator(CoreCallbacks.ALLOCATE_UNTIL_FAILURE);
  }

  /** Starts a server and loads what it is to serve. Models that fail to load are in the index. */
  public static TritonCore start(CoreOptions options) {
    TRITONSERVER_ServerOptions made = options.make();
    try (PointerPointer<Pointer> server = new PointerPointer<>(1)) {
      check(TRITONSERVER_ServerNew(server, made));
      return new TritonCore(new TRITONSERVER_Server(server.get(0)));
    } finally {
      check(TRITONSERVER_ServerOptionsDelete(made));
    }
  }

  private static TRITONSERVER_ResponseAllocator allocator(CoreCallbacks.Allocate allocate) {
    try (PointerPointer<Pointer> made = new PointerPointer<>(1)) {
      check(TRITONSERVER_ResponseAllocatorNew(made, allocate, CoreCallbacks.RELEASE, null));
      return new TRITONSERVER_ResponseAllocator(made.get(0));
    }
  }

  /**
   * Starts a request on the newest version of a model; {@code timeout} (microseconds) and {@code
   * priority} among its parameters become Triton's own.
   *
   * @throws UnmaskException where the core refuses it; the observer hears nothing then
   */
  public InferenceCall infer(String model, InferRequest request, ResponseObserver observer) {
    return start(model, request, observer, 1, allocator);
  }

  /** As {@link #infer}; each input comes in several buffers. */
  public InferenceCall inferInParts(
      String model, InferRequest request, ResponseObserver observer, int parts) {
    return start(model, request, observer, parts, allocator);
  }

  /** As {@link #infer}; after some buffers for outputs the client gives no more. */
  public InferenceCall inferWithBuffers(
      String model, InferRequest request, ResponseObserver observer, int buffers) {
    CoreCallbacks.BUFFERS_BEFORE_FAILURE.set(buffers);
    return start(model, request, observer, 1, failingAllocator);
  }

  private InferenceCall start(
      String model,
      InferRequest request,
      ResponseObserver observer,
      int parts,
      TRITONSERVER_ResponseAllocator memory) {
    CoreCall call = new CoreCall(observer);
    TRITONSERVER_InferenceRequest made;
    PointerPointer<Pointer> pointer = POINTER.get();
    check(TRITONSERVER_InferenceRequestNew(pointer, server, model, -1));
    made = new TRITONSERVER_InferenceRequest(pointer.get(0));
    long number = CoreCallbacks.register(call);
    try {
      call.own(made);
      RequestWriter.write(made, request, call::keep, parts);
      CoreHandles.Tag tag = new CoreHandles.Tag(number);
      check(TRITONSERVER_InferenceRequestSetReleaseCallback(made, CoreCallbacks.GIVE_BACK, tag));
      check(
          TRITONSERVER_InferenceRequestSetResponseCallback(
              made, memory, null, CoreCallbacks.RESPOND, tag));
      check(TRITONSERVER_ServerInferAsync(server, made, null));
      return call;
    } catch (RuntimeException e) {
      CoreCallbacks.forget(number);
      call.onRefused();
      throw e;
    }
  }

  /** Waits until a request was answered to its end and given back. */
  public static boolean await(InferenceCall call, long timeout, TimeUnit unit)
      throws InterruptedException {
    return ((CoreCall) call).await(timeout, unit);
  }

  /** Requests of all servers that were not answered to their end, or not given back. */
  public static int unfinished() {
    return CoreCallbacks.unfinished();
  }

  /** Buffers for outputs that were not given back. */
  public static long buffers() {
    return CoreCallbacks.BUFFERS.get();
  }

  /** What the core or the backend did against the rules, such as giving a request back twice. */
  public static Queue<String> violations() {
    return CoreCallbacks.violations();
  }

  /** Loads a model, or loads it anew. */
  public void load(String model) {
    check(TRITONSERVER_ServerLoadModel(server, model));
  }

  /** Loads a model with another configuration than its directory has. */
  public void load(String model, String configJson) {
    try (BytePointer text = new BytePointer(configJson);
        PointerPointer<TRITONSERVER_Parameter> parameters = new PointerPointer<>(1)) {
      TRITONSERVER_Parameter config =
          TRITONSERVER_ParameterNew("config", TRITONSERVER_PARAMETER_STRING, text);
      try {
        parameters.put(0, config);
        check(TRITONSERVER_ServerLoadModelWithParameters(server, model, parameters, 1));
      } finally {
        TRITONSERVER_ParameterDelete(config);
      }
    }
  }

  /** Unloads a model; requests in progress go on. */
  public void unload(String model) {
    check(TRITONSERVER_ServerUnloadModel(server, model));
  }

  /** Whether a model takes requests. */
  public boolean isReady(String model) {
    boolean[] ready = new boolean[1];
    check(TRITONSERVER_ServerModelIsReady(server, model, -1, ready));
    return ready[0];
  }

  /** The models of the repository with their states, as JSON. */
  public String index() {
    return message(pointer -> TRITONSERVER_ServerModelIndex(server, 0, pointer));
  }

  /** A model's configuration as JSON. */
  public String config(String model) {
    return message(pointer -> TRITONSERVER_ServerModelConfig(server, model, -1, 1, pointer));
  }

  /** A model's inputs and outputs as JSON. */
  public String metadata(String model) {
    return message(pointer -> TRITONSERVER_ServerModelMetadata(server, model, -1, pointer));
  }

  /** A model's statistics as JSON. */
  public String statistics(String model) {
    return message(pointer -> TRITONSERVER_ServerModelStatistics(server, model, -1, pointer));
  }

  /** A call that makes a message. */
  private interface MessageCall {
    org.bytedeco.tritonserver.tritonserver.TRITONSERVER_Error call(PointerPointer<Pointer> made);
  }

  private static String message(MessageCall call) {
    try (PointerPointer<Pointer> made = new PointerPointer<>(1)) {
      check(call.call(made));
      return json(new TRITONSERVER_Message(made.get(0)));
    }
  }

  /** The metrics in Prometheus text format. */
  public String metrics() {
    try (PointerPointer<Pointer> made = new PointerPointer<>(1);
        PointerPointer<BytePointer> base = new PointerPointer<>(1);
        SizeTPointer size = new SizeTPointer(1)) {
      check(TRITONSERVER_ServerMetrics(server, made));
      TRITONSERVER_Metrics metrics = new TRITONSERVER_Metrics(made.get(0));
      try {
        check(TRITONSERVER_MetricsFormatted(metrics, TRITONSERVER_METRIC_PROMETHEUS, base, size));
        return base.get(BytePointer.class, 0).limit(size.get()).getString();
      } finally {
        check(TRITONSERVER_MetricsDelete(metrics));
      }
    }
  }

  /** Waits for requests in progress and ends the server. */
  @Override
  public void close() {
    check(TRITONSERVER_ServerStop(server));
    check(TRITONSERVER_ServerDelete(server));
    check(TRITONSERVER_ResponseAllocatorDelete(allocator));
    check(TRITONSERVER_ResponseAllocatorDelete(failingAllocator));
  }
}
