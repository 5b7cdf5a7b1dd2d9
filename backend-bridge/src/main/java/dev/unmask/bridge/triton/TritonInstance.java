package dev.unmask.bridge.triton;

import static dev.unmask.bridge.triton.TritonErrors.check;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONBACKEND_ModelInstanceDeviceId;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONBACKEND_ModelInstanceKind;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONBACKEND_ModelInstanceName;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_INSTANCEGROUPKIND_GPU;

import dev.unmask.bridge.Telemetry;
import dev.unmask.metrics.DecodingMetrics;
import dev.unmask.model.LoadedModel;
import dev.unmask.model.ModelSource;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * An instance of a model: an engine with its decode thread, and the requests that Triton gave to
 * it. Triton calls {@link #execute} on one thread, and {@link #close} when no request is left.
 */
final class TritonInstance implements AutoCloseable {
  private final Handles.Instance handle;
  private final String name;
  private final AdmissionGate gate;
  private final InstanceMetrics series;
  private final ResponseStatistics statistics;
  private final LoadedModel model;

  /** Requests that were not given back yet; the decode thread looks at them between steps. */
  private final Set<TritonCall> calls;

  private TritonInstance(
      Handles.Instance handle,
      String name,
      int maxQueueSize,
      Set<TritonCall> calls,
      InstanceMetrics series,
      ResponseStatistics statistics,
      LoadedModel model) {
    this.handle = handle;
    this.name = name;
    this.gate = new AdmissionGate(maxQueueSize);
    this.calls = calls;
    this.series = series;
    this.statistics = statistics;
    this.model = model;
  }

  /**
   * Loads an instance.
   *
   * @throws UnmaskException with the reason where that cannot be done
   */
  static TritonInstance open(Handles.Instance handle, TritonModel model, TritonBackend backend) {
    Scratch scratch = Scratch.get();
    check(TRITONBACKEND_ModelInstanceName(handle, scratch.pointer));
    String name = Scratch.text(scratch.pointer());
    check(TRITONBACKEND_ModelInstanceKind(handle, scratch.count));
    boolean gpu = scratch.count() == TRITONSERVER_INSTANCEGROUPKIND_GPU;
    int device = 0;
    if (gpu) {
      check(TRITONBACKEND_ModelInstanceDeviceId(handle, scratch.count));
      device = scratch.count();
    }
    ModelSource source = model.source(name, gpu, device);
    InstanceMetrics series = backend.metrics().open(source.name(), source.version());
    ResponseStatistics statistics = null;
    try {
      statistics = new ResponseStatistics(handle);
      DecodingMetrics metrics = new DecodingMetrics(series);
      Set<TritonCall> calls = ConcurrentHashMap.newKeySet();
      LoadedModel loaded =
          backend
              .loader()
              .load(
                  source,
                  // Who sees that nothing is in progress finds every pass in the statistics.
                  Telemetry.both(new BatchStatistics(handle), metrics),
                  () -> calls.forEach(TritonCall::look));
      // Nothing can fail from here on.
      metrics.onLoaded(loaded.kvPositions());
      return new TritonInstance(
          handle, name, source.settings().maxQueueSize(), calls, series, statistics, loaded);
    } catch (RuntimeException | Error e) {
      close(series, statistics);
      throw e;
    }
  }

  private static void close(InstanceMetrics series, ResponseStatistics statistics) {
    try {
      if (statistics != null) {
        statistics.close();
      }
    } finally {
      series.close();
    }
  }

  /**
   * Starts requests. Waits while as many wait for their first step as the model's {@code
   * max_queue_size} says. What is wrong with a request is told to its client.
   *
   * @param requests the address of Triton's array
   */
  void execute(long requests, int count) {
    for (int i = 0; i < count; i++) {
      long now = System.nanoTime();
      start(new Handles.Request(Scratch.pointerAt(requests, i)), now);
    }
  }

  /** Once a request was taken over or refused nothing is thrown: Triton would answer it again. */
  private void start(Handles.Request request, long arrivalNanos) {
    TritonCall call;
    try {
      TritonRequest owned = NativeRequest.open(handle, statistics, request);
      call = new TritonCall(owned, gate, calls::remove, arrivalNanos);
    } catch (Throwable t) {
      NativeRequest.refuse(request, Failures.unexpected("request failed", t));
      return;
    }
    calls.add(call);
    call.start((read, observer) -> model.infer(read, observer, result -> {}));
  }

  /**
   * Refuses where the instance cannot serve any more.
   *
   * @throws UnmaskException UNAVAILABLE
   */
  void checkReady() {
    if (!model.isHealthy()) {
      throw new UnmaskException(
          ErrorCode.UNAVAILABLE, "instance '" + name + "' is unhealthy: its decode thread failed");
    }
  }

  /** Ends the decode thread and frees the engine. */
  @Override
  public void close() {
    try {
      model.close();
    } finally {
      close(series, statistics);
    }
  }
}
