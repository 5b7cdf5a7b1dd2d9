package dev.unmask.bridge.triton;

import static dev.unmask.bridge.triton.TritonErrors.check;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONBACKEND_ModelInstanceReportStatistics;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONBACKEND_RequestRelease;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONBACKEND_ResponseFactoryDelete;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONBACKEND_ResponseFactoryIsCancelled;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONBACKEND_ResponseFactoryNew;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONBACKEND_ResponseFactorySendFlags;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_REQUEST_RELEASE_ALL;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_RESPONSE_COMPLETE_FINAL;

import dev.unmask.request.InferRequest;
import dev.unmask.request.InferResponse;
import dev.unmask.scheduler.UnmaskException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A request of the real Triton, with the factory of its responses. */
final class NativeRequest implements TritonRequest {
  private static final Logger LOG = LoggerFactory.getLogger(NativeRequest.class);

  private final Handles.Instance instance;
  private final ResponseStatistics statistics;
  private final Handles.Request request;
  private final Handles.Factory factory;

  private NativeRequest(
      Handles.Instance instance,
      ResponseStatistics statistics,
      Handles.Request request,
      Handles.Factory factory) {
    this.instance = instance;
    this.statistics = statistics;
    this.request = request;
    this.factory = factory;
  }

  /**
   * Takes a request over.
   *
   * @param statistics those of the instance's responses; borrowed
   * @throws UnmaskException where Triton gives no response factory; the request is the caller's
   *     still
   */
  static NativeRequest open(
      Handles.Instance instance, ResponseStatistics statistics, Handles.Request request) {
    Scratch scratch = Scratch.get();
    Handles.Factory factory = new Handles.Factory();
    NativeRequest owned = new NativeRequest(instance, statistics, request, factory);
    check(TRITONBACKEND_ResponseFactoryNew(scratch.pointer, request));
    factory.set(scratch.pointer());
    return owned;
  }

  /**
   * Answers a request that was not taken over and gives it back to Triton. Never throws: Triton
   * would answer a request whose Execute fails once more.
   */
  static void refuse(Handles.Request request, UnmaskException error) {
    try {
      ResponseWriter.sendError(request, error);
    } catch (Throwable t) {
      Failures.log(() -> LOG.error("a request was not answered: {}", error.getMessage(), t));
    } finally {
      TritonErrors.drop(TRITONBACKEND_RequestRelease(request, TRITONSERVER_REQUEST_RELEASE_ALL));
    }
  }

  @Override
  public InferRequest read(long arrivalNanos) {
    return RequestReader.read(request, arrivalNanos);
  }

  @Override
  public boolean isCancelled() {
    Scratch scratch = Scratch.get();
    check(TRITONBACKEND_ResponseFactoryIsCancelled(factory, scratch.flag));
    return scratch.flag();
  }

  @Override
  public void send(InferResponse response, boolean last) {
    ResponseWriter.send(factory, response, last ? TRITONSERVER_RESPONSE_COMPLETE_FINAL : 0);
  }

  @Override
  public void complete() {
    check(TRITONBACKEND_ResponseFactorySendFlags(factory, TRITONSERVER_RESPONSE_COMPLETE_FINAL));
  }

  @Override
  public void fail(UnmaskException error) {
    ResponseWriter.sendError(factory, error);
  }

  @Override
  public void reportResponse(ResponseTimes times, UnmaskException error) {
    statistics.report(factory, times, error);
  }

  @Override
  public void report(boolean success, RequestTimes times) {
    check(
        TRITONBACKEND_ModelInstanceReportStatistics(
            instance,
            request,
            success,
            times.execStart(),
            times.computeStart(),
            times.computeEnd(),
            times.execEnd()));
  }

  @Override
  public void release() {
    try {
      check(TRITONBACKEND_ResponseFactoryDelete(factory));
    } finally {
      check(TRITONBACKEND_RequestRelease(request, TRITONSERVER_REQUEST_RELEASE_ALL));
    }
  }
}
