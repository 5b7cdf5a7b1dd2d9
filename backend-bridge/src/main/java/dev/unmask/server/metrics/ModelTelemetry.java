package dev.unmask.server.metrics;

import dev.unmask.bridge.Telemetry;
import dev.unmask.bridge.engine.EngineCapabilities;
import dev.unmask.protocol.ModelStatistics;

/** Statistics and metrics of one loaded model. Threads as {@link Telemetry} says. */
public final class ModelTelemetry implements Telemetry, AutoCloseable {
  private final String model;
  private final String version;
  private final ModelSeries series;
  private final StatisticsRecorder statistics;
  private final Runnable onClose;
  private volatile long kvBlocksTotal;
  private volatile long kvBlocksUsed;

  ModelTelemetry(
      String model,
      String version,
      ModelSeries series,
      StatisticsRecorder statistics,
      Runnable onClose) {
    this.model = model;
    this.version = version;
    this.series = series;
    this.statistics = statistics;
    this.onClose = onClose;
  }

  /** Statistics since the model was loaded. Any thread. */
  public ModelStatistics statistics() {
    return statistics.snapshot(model, version);
  }

  /**
   * Says how large the cache is, before any step does.
   *
   * @param positions positions in all
   */
  public void onLoaded(long positions) {
    kvBlocksTotal = positions / EngineCapabilities.KV_BLOCK;
    series.onLoaded(positions);
  }

  /**
   * The first response to a request.
   *
   * @param nanos since its arrival
   */
  public void onFirstResponse(long nanos) {
    series.onFirstResponse(nanos);
  }

  /** Blocks of the KV cache in all. */
  public long kvBlocksTotal() {
    return kvBlocksTotal;
  }

  /** Blocks of the KV cache in use after the last step. */
  public long kvBlocksUsed() {
    return kvBlocksUsed;
  }

  /** Leaves the gauges to the model that takes this one's place. */
  public void retire() {
    series.retire();
  }

  @Override
  public void onReceived() {
    series.onReceived();
  }

  @Override
  public void onScheduled(long queueNanos) {
    series.onScheduled(queueNanos);
  }

  @Override
  public void onFirstBlock(long nanos) {
    series.onFirstBlock(nanos);
  }

  @Override
  public void onBlock(long nanos) {
    series.onBlock(nanos);
  }

  @Override
  public void onResponse(int index, long inferNanos, long outputNanos, boolean empty) {
    statistics.onResponse(index, inferNanos, outputNanos, empty);
  }

  @Override
  public void onEnded(RequestReport report) {
    series.onEnded(report);
    statistics.onEnded(report);
  }

  @Override
  public void onLevels(Levels levels) {
    show(levels);
    series.onLevels(levels);
  }

  private void show(Levels levels) {
    kvBlocksTotal = levels.kvBlocksTotal();
    kvBlocksUsed = levels.kvBlocksUsed();
  }

  @Override
  public void onStep(StepReport report) {
    show(report.levels());
    series.onStep(report);
    statistics.onStep(report);
  }

  /** Takes the model's series from the metrics, unless another serves under the same name. */
  @Override
  public void close() {
    onClose.run();
  }
}
