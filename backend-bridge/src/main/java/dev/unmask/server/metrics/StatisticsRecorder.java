package dev.unmask.server.metrics;

import dev.unmask.bridge.Telemetry;
import dev.unmask.protocol.InferBatchStatistics;
import dev.unmask.protocol.InferResponseStatistics;
import dev.unmask.protocol.InferStatistics;
import dev.unmask.protocol.ModelStatistics;
import dev.unmask.protocol.StatisticDuration;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.LongSupplier;

/**
 * Statistics of a model as the protocol has them. A step is an execution, its sequences are the
 * batch; a request's queue and compute times count once it has succeeded. Any thread.
 */
final class StatisticsRecorder implements Telemetry {
  /** Responses of a request from this one on share one entry, so that long streams cost no more. */
  static final int MAX_RESPONSE_INDEX = 999;

  private final LongSupplier clockMillis;
  private long lastInferenceMillis;
  private long executions;
  private final Sum success = new Sum();
  private final Sum fail = new Sum();
  private final Sum queue = new Sum();
  private final Sum input = new Sum();
  private final Sum infer = new Sum();
  private final Sum output = new Sum();
  private final SortedMap<Integer, Batch> batches = new TreeMap<>();
  private final List<Response> responses = new ArrayList<>();

  /**
   * @param clockMillis milliseconds since 1970
   */
  StatisticsRecorder(LongSupplier clockMillis) {
    this.clockMillis = clockMillis;
  }

  /** What happened so far. */
  synchronized ModelStatistics snapshot(String model, String version) {
    ModelStatistics.Builder result =
        ModelStatistics.newBuilder()
            .setName(model)
            .setVersion(version)
            .setLastInference(lastInferenceMillis)
            .setInferenceCount(success.count)
            .setExecutionCount(executions)
            .setInferenceStats(
                InferStatistics.newBuilder()
                    .setSuccess(success.toProto())
                    .setFail(fail.toProto())
                    .setQueue(queue.toProto())
                    .setComputeInput(input.toProto())
                    .setComputeInfer(infer.toProto())
                    .setComputeOutput(output.toProto())
                    .setCacheHit(StatisticDuration.getDefaultInstance())
                    .setCacheMiss(StatisticDuration.getDefaultInstance()));
    batches.forEach((size, batch) -> result.addBatchStats(batch.toProto(size)));
    for (int i = 0; i < responses.size(); i++) {
      result.putResponseStats(Integer.toString(i), responses.get(i).toProto());
    }
    return result.build();
  }

  @Override
  public synchronized void onResponse(int index, long inferNanos, long outputNanos, boolean empty) {
    Response response = response(index);
    response.infer.add(inferNanos);
    response.output.add(outputNanos);
    (empty ? response.empty : response.success).add(inferNanos + outputNanos);
  }

  @Override
  public synchronized void onEnded(RequestReport report) {
    switch (report.outcome()) {
      case SUCCESS -> {
        lastInferenceMillis = clockMillis.getAsLong();
        success.add(report.totalNanos());
        queue.add(report.queueNanos());
        input.add(report.inputNanos());
        infer.add(report.inferNanos());
        output.add(report.outputNanos());
      }
      case CANCELED -> {
        fail.add(report.totalNanos());
        // The time since the response before is not told.
        response(report.responses()).cancel.add(report.responses() == 0 ? report.inferNanos() : 0);
      }
      case BACKEND -> {
        fail.add(report.totalNanos());
        response(report.responses()).fail.add(report.responses() == 0 ? report.inferNanos() : 0);
      }
      case REJECTED, OTHER -> fail.add(report.totalNanos());
    }
  }

  @Override
  public synchronized void onStep(StepReport report) {
    if (report.rows() == 0 || report.failed()) {
      return;
    }
    executions++;
    Batch batch = batches.computeIfAbsent(report.rows(), rows -> new Batch());
    batch.input.add(report.planNanos());
    batch.infer.add(report.engineNanos());
    batch.output.add(report.applyNanos());
  }

  private Response response(int index) {
    int kept = Math.min(index, MAX_RESPONSE_INDEX);
    while (responses.size() <= kept) {
      responses.add(new Response());
    }
    return responses.get(kept);
  }

  /** How often and for how long. */
  private static final class Sum {
    private long count;
    private long nanos;

    void add(long moreNanos) {
      count++;
      nanos += moreNanos;
    }

    StatisticDuration toProto() {
      return StatisticDuration.newBuilder().setCount(count).setNs(nanos).build();
    }
  }

  /** Steps of one number of sequences. */
  private static final class Batch {
    private final Sum input = new Sum();
    private final Sum infer = new Sum();
    private final Sum output = new Sum();

    InferBatchStatistics toProto(int size) {
      return InferBatchStatistics.newBuilder()
          .setBatchSize(size)
          .setComputeInput(input.toProto())
          .setComputeInfer(infer.toProto())
          .setComputeOutput(output.toProto())
          .build();
    }
  }

  /** Responses of one place in their requests. */
  private static final class Response {
    private final Sum infer = new Sum();
    private final Sum output = new Sum();
    private final Sum success = new Sum();
    private final Sum fail = new Sum();
    private final Sum empty = new Sum();
    private final Sum cancel = new Sum();

    InferResponseStatistics toProto() {
      return InferResponseStatistics.newBuilder()
          .setComputeInfer(infer.toProto())
          .setComputeOutput(output.toProto())
          .setSuccess(success.toProto())
          .setFail(fail.toProto())
          .setEmptyResponse(empty.toProto())
          .setCancel(cancel.toProto())
          .build();
    }
  }
}
