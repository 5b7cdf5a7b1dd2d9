package dev.unmask.cli;

import dev.unmask.bridge.engine.EngineProviders;
import dev.unmask.model.ModelSettings;
import picocli.CommandLine.Option;

/** Options for all models whose configuration does not say otherwise. */
final class ServingOptions {
  @Option(
      names = "--engine",
      paramLabel = "NAME",
      defaultValue = EngineProviders.AUTO,
      description =
          "what runs the models: tensorrt, onnxruntime, or auto for TensorRT where a model has a"
              + " plan that fits a GPU of this machine (default: ${DEFAULT-VALUE})")
  private String engine;

  @Option(
      names = "--threads",
      paramLabel = "N",
      defaultValue = "0",
      description = "threads for a model's arithmetic (default: the engine chooses)")
  private int threads;

  @Option(
      names = "--max-sequences",
      paramLabel = "N",
      defaultValue = "32",
      description = "sequences a model decodes at once (default: ${DEFAULT-VALUE})")
  private int maxSequences;

  @Option(
      names = "--max-query-tokens",
      paramLabel = "N",
      defaultValue = "2048",
      description = "query positions of a forward pass (default: ${DEFAULT-VALUE})")
  private int maxQueryTokens;

  @Option(
      names = "--max-queue-size",
      paramLabel = "N",
      defaultValue = "128",
      description = "requests that may wait for a model (default: ${DEFAULT-VALUE})")
  private int maxQueueSize;

  @Option(
      names = "--kv-cache-positions",
      paramLabel = "N",
      defaultValue = "0",
      description =
          "positions of a model's KV cache (default: as many as its sequences can use, within half"
              + " of the memory that the JVM may have)")
  private long kvCachePositions;

  ModelSettings settings() {
    ModelSettings defaults = ModelSettings.DEFAULT;
    return new ModelSettings(
        engine,
        threads,
        maxSequences,
        maxQueryTokens,
        maxQueueSize,
        kvCachePositions,
        defaults.kvCacheReuse(),
        defaults.watermark(),
        defaults.adaptiveLookahead(),
        defaults.passCosts(),
        defaults.maxOvertaken(),
        defaults.devices(),
        defaults.spinMicros());
  }
}
