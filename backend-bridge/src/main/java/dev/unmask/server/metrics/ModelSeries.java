package dev.unmask.server.metrics;

import dev.unmask.bridge.Telemetry;
import dev.unmask.bridge.engine.EngineCapabilities;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.prometheus.metrics.core.datapoints.GaugeDataPoint;

/**
 * The metrics of one loaded model. While a model is replaced, two of these write to the same
 * series; gauges are then the newer one's. Threads as {@link Telemetry} says.
 */
final class ModelSeries implements Telemetry {
  private final TritonFamilies triton;
  private final UnmaskFamilies unmask;
  private final String[] labels;
  private final CounterDataPoint execCount;
  private final CounterDataPoint forwardPasses;
  private final CounterDataPoint queryPositions;
  private final CounterDataPoint wastedPositions;
  private final CounterDataPoint committedTokens;
  private final CounterDataPoint preemptions;
  private final CounterDataPoint reuseHits;
  private final CounterDataPoint reusedTokens;
  private final CounterDataPoint planSeconds;
  private final CounterDataPoint engineSeconds;
  private final CounterDataPoint applySeconds;
  private final DistributionDataPoint committedPerStep;
  private final DistributionDataPoint rows;
  private final DistributionDataPoint blockLatency;
  private final GaugeDataPoint pending;
  private final GaugeDataPoint waiting;
  private final GaugeDataPoint running;
  private volatile boolean retired;
  // Totals of the last step, decode thread only.
  private long lastPreemptions;
  private long lastReuseHits;
  private long lastReusedTokens;

  ModelSeries(TritonFamilies triton, UnmaskFamilies unmask, String model, String version) {
    this.triton = triton;
    this.unmask = unmask;
    labels = new String[] {model, version};
    triton.requestSuccess.initLabelValues(labels);
    for (Outcome outcome : Outcome.values()) {
      if (outcome != Outcome.SUCCESS) {
        triton.requestFailure.initLabelValues(with(TritonFamilies.reason(outcome)));
      }
    }
    triton.inferenceCount.initLabelValues(labels);
    triton.requestDuration.initLabelValues(labels);
    triton.queueDuration.initLabelValues(labels);
    triton.inputDuration.initLabelValues(labels);
    triton.inferDuration.initLabelValues(labels);
    triton.outputDuration.initLabelValues(labels);
    unmask.promptTokens.initLabelValues(labels);
    unmask.generationTokens.initLabelValues(labels);
    unmask.failedPasses.initLabelValues(labels);
    execCount = triton.execCount.labelValues(labels);
    forwardPasses = unmask.forwardPasses.labelValues(labels);
    queryPositions = unmask.queryPositions.labelValues(labels);
    wastedPositions = unmask.wastedPositions.labelValues(labels);
    committedTokens = unmask.committedTokens.labelValues(labels);
    preemptions = unmask.preemptions.labelValues(labels);
    reuseHits = unmask.reuseHits.labelValues(labels);
    reusedTokens = unmask.reusedTokens.labelValues(labels);
    planSeconds = unmask.stepSeconds.labelValues(with("plan"));
    engineSeconds = unmask.stepSeconds.labelValues(with("engine"));
    applySeconds = unmask.stepSeconds.labelValues(with("apply"));
    committedPerStep = unmask.committedPerStep.labelValues(labels);
    rows = unmask.rows.labelValues(labels);
    blockLatency = unmask.blockLatency.labelValues(labels);
    pending = triton.pending.labelValues(labels);
    waiting = unmask.requests.labelValues(with("waiting"));
    running = unmask.requests.labelValues(with("running"));
  }

  /** Says how large the cache is, before a step has said so. */
  void kvBlocks(long total) {
    showKv(total, 0, 0);
  }

  /** Leaves the gauges to the model that takes this one's place. */
  void retire() {
    retired = true;
  }

  @Override
  public void onReceived() {
    pending.inc();
  }

  @Override
  public void onScheduled(long queueNanos) {
    pending.dec();
    unmask.queueTime.labelValues(labels).observe(queueNanos / 1e9);
  }

  @Override
  public void onFirstBlock(long nanos) {
    unmask.firstBlock.labelValues(labels).observe(nanos / 1e9);
  }

  @Override
  public void onBlock(long nanos) {
    blockLatency.observe(nanos / 1e9);
  }

  @Override
  public void onResponse(int index, long inferNanos, long outputNanos, boolean empty) {}

  /** The first response to a request, since its arrival. */
  void onFirstResponse(long nanos) {
    if (triton.firstResponse != null) {
      triton.firstResponse.labelValues(labels).observe(nanos / 1e6);
    }
  }

  @Override
  public void onEnded(RequestReport report) {
    if (report.forwardPasses() == 0) {
      pending.dec();
    }
    unmask.promptTokens.labelValues(labels).inc(report.promptTokens());
    unmask.generationTokens.labelValues(labels).inc(report.generatedTokens());
    if (report.outcome() != Outcome.SUCCESS) {
      triton.requestFailure.labelValues(with(TritonFamilies.reason(report.outcome()))).inc();
      return;
    }
    triton.requestSuccess.labelValues(labels).inc();
    triton.inferenceCount.labelValues(labels).inc();
    triton.requestDuration.labelValues(labels).inc(report.totalNanos() / 1000);
    triton.queueDuration.labelValues(labels).inc(report.queueNanos() / 1000);
    triton.inputDuration.labelValues(labels).inc(report.inputNanos() / 1000);
    triton.inferDuration.labelValues(labels).inc(report.inferNanos() / 1000);
    triton.outputDuration.labelValues(labels).inc(report.outputNanos() / 1000);
    unmask.requestSeconds.labelValues(labels).observe(report.totalNanos() / 1e9);
    if (report.forwardPasses() > 0) {
      unmask
          .tokensPerPass
          .labelValues(labels)
          .observe((double) report.generatedTokens() / report.forwardPasses());
    }
  }

  @Override
  public void onStep(StepReport report) {
    if (report.rows() > 0) {
      countPass(report);
    }
    planSeconds.inc(report.planNanos() / 1e9);
    engineSeconds.inc(report.engineNanos() / 1e9);
    applySeconds.inc(report.applyNanos() / 1e9);
    preemptions.inc(Math.max(0, report.preemptions() - lastPreemptions));
    reuseHits.inc(Math.max(0, report.reuseHits() - lastReuseHits));
    reusedTokens.inc(Math.max(0, report.reusedTokens() - lastReusedTokens));
    lastPreemptions = report.preemptions();
    lastReuseHits = report.reuseHits();
    lastReusedTokens = report.reusedTokens();
    if (!retired) {
      waiting.set(report.waiting());
      running.set(report.running());
      showKv(report.kvBlocksTotal(), report.kvBlocksUsed(), report.kvBlocksKept());
    }
  }

  private void countPass(StepReport report) {
    if (report.failed()) {
      unmask.failedPasses.labelValues(labels).inc();
      return;
    }
    execCount.inc();
    forwardPasses.inc();
    queryPositions.inc(report.queryTokens());
    wastedPositions.inc(
        Math.max(0, report.queryTokens() - report.prefillTokens() - report.committedTokens()));
    committedTokens.inc(report.committedTokens());
    committedPerStep.observe(report.committedTokens());
    rows.observe(report.rows());
  }

  private void showKv(long total, long used, long kept) {
    double usage = total == 0 ? 0 : (double) used / total;
    triton.kvBlocks.labelValues(with("fraction")).set(usage);
    triton.kvBlocks.labelValues(with("tokens_per")).set(EngineCapabilities.KV_BLOCK);
    triton.kvBlocks.labelValues(with("used")).set(used);
    triton.kvBlocks.labelValues(with("free")).set(total - used);
    triton.kvBlocks.labelValues(with("max")).set(total);
    unmask.kvUsage.labelValues(labels).set(usage);
    unmask.kvKept.labelValues(labels).set(kept);
  }

  private String[] with(String further) {
    return new String[] {labels[0], labels[1], further};
  }
}
