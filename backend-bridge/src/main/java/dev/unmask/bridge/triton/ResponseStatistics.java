package dev.unmask.bridge.triton;

import static dev.unmask.bridge.triton.TritonErrors.check;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONBACKEND_ModelInstanceReportResponseStatistics;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONBACKEND_ModelInstanceResponseStatisticsDelete;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONBACKEND_ModelInstanceResponseStatisticsNew;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONBACKEND_ModelInstanceResponseStatisticsSetComputeOutputStart;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONBACKEND_ModelInstanceResponseStatisticsSetError;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONBACKEND_ModelInstanceResponseStatisticsSetModelInstance;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONBACKEND_ModelInstanceResponseStatisticsSetResponseEnd;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONBACKEND_ModelInstanceResponseStatisticsSetResponseFactory;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONBACKEND_ModelInstanceResponseStatisticsSetResponseStart;

import dev.unmask.bridge.triton.TritonRequest.ResponseTimes;
import dev.unmask.scheduler.UnmaskException;
import org.bytedeco.tritonserver.tritonserver.TRITONSERVER_Error;

/**
 * Reports single responses of an instance to Triton's statistics. Triton's object for that is made
 * once and filled again for each response. Any thread, one at a time.
 */
final class ResponseStatistics implements AutoCloseable {
  private final Handles.ResponseStatistics handle;

  ResponseStatistics(Handles.Instance instance) {
    Scratch scratch = Scratch.get();
    check(TRITONBACKEND_ModelInstanceResponseStatisticsNew(scratch.pointer));
    handle = new Handles.ResponseStatistics(scratch.pointer());
    check(TRITONBACKEND_ModelInstanceResponseStatisticsSetModelInstance(handle, instance));
  }

  /**
   * Reports a response.
   *
   * @param factory that of its request
   * @param error what it says, if it is an error; null otherwise
   */
  synchronized void report(Handles.Factory factory, ResponseTimes times, UnmaskException error) {
    TRITONSERVER_Error failure =
        error == null ? null : TritonErrors.of(error.code(), error.getMessage());
    try {
      check(TRITONBACKEND_ModelInstanceResponseStatisticsSetResponseFactory(handle, factory));
      check(TRITONBACKEND_ModelInstanceResponseStatisticsSetResponseStart(handle, times.start()));
      check(
          TRITONBACKEND_ModelInstanceResponseStatisticsSetComputeOutputStart(
              handle, times.outputStart()));
      check(TRITONBACKEND_ModelInstanceResponseStatisticsSetResponseEnd(handle, times.end()));
      check(TRITONBACKEND_ModelInstanceResponseStatisticsSetError(handle, failure));
      check(TRITONBACKEND_ModelInstanceReportResponseStatistics(handle));
    } finally {
      TritonErrors.drop(failure);
    }
  }

  @Override
  public synchronized void close() {
    check(TRITONBACKEND_ModelInstanceResponseStatisticsDelete(handle));
  }
}
