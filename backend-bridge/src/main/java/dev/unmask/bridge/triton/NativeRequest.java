package dev.unmask.bridge.triton;

import static dev.unmask.bridge.triton.TritonErrors.check;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONBACKEND_ModelInstanceReportResponseStatistics;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONBACKEND_ModelInstanceReportStatistics;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONBACKEND_ModelInstanceResponseStatisticsDelete;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONBACKEND_ModelInstanceResponseStatisticsNew;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONBACKEND_ModelInstanceResponseStatisticsSetComputeOutputStart;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONBACKEND_ModelInstanceResponseStatisticsSetError;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONBACKEND_ModelInstanceResponseStatisticsSetModelInstance;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONBACKEND_ModelInstanceResponseStatisticsSetResponseEnd;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONBACKEND_ModelInstanceResponseStatisticsSetResponseFactory;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONBACKEND_ModelInstanceResponseStatisticsSetResponseStart;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONBACKEND_RequestRelease;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONBACKEND_ResponseFactoryDelete;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONBACKEND_ResponseFactoryIsCancelled;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONBACKEND_ResponseFactoryNew;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONBACKEND_ResponseFactorySendFlags;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_ErrorDelete;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_REQUEST_RELEASE_ALL;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_RESPONSE_COMPLETE_FINAL;

import dev.unmask.request.InferRequest;
import dev.unmask.request.InferResponse;
import dev.unmask.scheduler.UnmaskException;
import org.bytedeco.tritonserver.tritonserver.TRITONSERVER_Error;

/** A request of the real Triton, with the factory of its responses. */
final class NativeRequest implements TritonRequest {
  private final Handles.Instance instance;
  private final Handles.Request request;
  private final Handles.Factory factory;

  private NativeRequest(
      Handles.Instance instance, Handles.Request request, Handles.Factory factory) {
    this.instance = instance;
    this.request = request;
    this.factory = factory;
  }

  /**
   * Takes a request over.
   *
   * @throws UnmaskException where Triton gives no response factory; the request is the caller's
   *     still
   */
  static NativeRequest open(Handles.Instance instance, Handles.Request request) {
    Scratch scratch = Scratch.get();
    check(TRITONBACKEND_ResponseFactoryNew(scratch.pointer, request));
    return new NativeRequest(instance, request, new Handles.Factory(scratch.pointer()));
  }

  /** Answers a request that was not taken over and gives it back to Triton. */
  static void refuse(Handles.Request request, UnmaskException error) {
    try {
      ResponseWriter.sendError(request, error);
    } finally {
      check(TRITONBACKEND_RequestRelease(request, TRITONSERVER_REQUEST_RELEASE_ALL));
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
    Scratch scratch = Scratch.get();
    check(TRITONBACKEND_ModelInstanceResponseStatisticsNew(scratch.pointer));
    Handles.ResponseStatistics statistics = new Handles.ResponseStatistics(scratch.pointer());
    TRITONSERVER_Error failure =
        error == null ? null : TritonErrors.of(error.code(), error.getMessage());
    try {
      check(TRITONBACKEND_ModelInstanceResponseStatisticsSetModelInstance(statistics, instance));
      check(TRITONBACKEND_ModelInstanceResponseStatisticsSetResponseFactory(statistics, factory));
      check(
          TRITONBACKEND_ModelInstanceResponseStatisticsSetResponseStart(statistics, times.start()));
      check(
          TRITONBACKEND_ModelInstanceResponseStatisticsSetComputeOutputStart(
              statistics, times.outputStart()));
      check(TRITONBACKEND_ModelInstanceResponseStatisticsSetResponseEnd(statistics, times.end()));
      check(TRITONBACKEND_ModelInstanceResponseStatisticsSetError(statistics, failure));
      check(TRITONBACKEND_ModelInstanceReportResponseStatistics(statistics));
    } finally {
      if (failure != null) {
        TRITONSERVER_ErrorDelete(failure);
      }
      check(TRITONBACKEND_ModelInstanceResponseStatisticsDelete(statistics));
    }
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
