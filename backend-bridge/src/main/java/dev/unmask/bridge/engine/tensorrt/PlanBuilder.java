package dev.unmask.bridge.engine.tensorrt;

import static org.bytedeco.tensorrt.global.nvinfer.createInferRuntime;

import dev.unmask.bridge.engine.tensorrt.GpuReport.Device;
import dev.unmask.repository.ModelManifest;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.tensorrt.global.nvinfer.BuilderFlag;
import org.bytedeco.tensorrt.global.nvinfer.MemoryPoolType;
import org.bytedeco.tensorrt.nvinfer.IBuilderConfig;
import org.bytedeco.tensorrt.nvinfer.ICudaEngine;
import org.bytedeco.tensorrt.nvinfer.IHostMemory;
import org.bytedeco.tensorrt.nvinfer.IRuntime;
import org.bytedeco.tensorrt.nvinfer.ITimingCache;

/**
 * Builds {@code model.plan} of a model on this machine's first GPU. One thread; takes minutes.
 *
 * <p>Not yet run on hardware: see docs/GPU.md.
 */
public final class PlanBuilder {
  private final Path directory;
  private final ModelManifest model;
  private final PlanRequest request;

  /**
   * @param directory the model's version directory, which the plan is written to
   */
  public PlanBuilder(Path directory, ModelManifest model, PlanRequest request) {
    this.directory = directory;
    this.model = model;
    this.request = request;
  }

  /**
   * Builds and writes the plan, replacing an older one.
   *
   * @return one line about the plan
   * @throws UnmaskException INVALID_ARGUMENT where the request does not fit the model or a file is
   *     not what the manifest says, UNSUPPORTED naming the node that TensorRT does not take,
   *     UNAVAILABLE without a device or where a file cannot be written, INTERNAL naming the call of
   *     TensorRT that failed
   */
  public String build() {
    request.check(model);
    OnnxModel graph = GraphRules.check(GraphHash.file(directory));
    String hash = GraphHash.computed(directory);
    if (!hash.equals(GraphHash.noted(model))) {
      throw UnmaskException.invalid(
          GraphHash.file(directory)
              + ": its hash is "
              + hash
              + ", not "
              + GraphHash.noted(model)
              + " as "
              + ModelManifest.FILE_NAME
              + " says");
    }
    Device device = GpuProbe.probe().require("to build on");
    try (TensorRtBuilder builder = TensorRtBuilder.open()) {
      return build(builder, graph, device, hash);
    }
  }

  private String build(TensorRtBuilder builder, OnnxModel graph, Device device, String hash) {
    ParsedNetwork parsed = ParsedNetwork.parse(builder, GraphHash.file(directory));
    parsed.check(model.layers());
    parsed.makeDecomposable();
    parsed.dropUnitScales();
    IBuilderConfig config = configure(builder, graph);
    IHostMemory plan =
        builder.own(
            "buildSerializedNetwork",
            builder.builder().buildSerializedNetwork(parsed.network(), config));
    verify(builder, plan);
    List<PlanProfile> profiles = request.profiles(model);
    try (PlanFiles files = new PlanFiles(directory)) {
      String planHash = files.writePlan(plan.data(), plan.size());
      PlanManifest manifest =
          new PlanManifest(
              PlanManifest.FORMAT,
              builder.version(),
              device.computeCapability(),
              hash,
              planHash,
              model.dtype(),
              model.maxContext(),
              request.maxBatch(),
              request.queryTokens(model),
              profiles);
      files.publish(manifest);
      if (request.timingCache() != null) {
        writeTimingCache(builder, config);
      }
      return String.format(
          "%s: %,d bytes, TensorRT %s, %s (compute capability %s), %s, batch %d, query %d",
          directory.resolve(PlanManifest.PLAN_FILE_NAME),
          plan.size(),
          manifest.tensorRtVersion(),
          device.name(),
          manifest.computeCapability(),
          manifest.dtype(),
          manifest.maxBatch(),
          manifest.maxQueryTokens());
    }
  }

  /** Everything that a build is told but the network. */
  IBuilderConfig configure(TensorRtBuilder builder, OnnxModel graph) {
    IBuilderConfig config =
        builder.own("createBuilderConfig", builder.builder().createBuilderConfig());
    if (request.tf32()) {
      config.setFlag(BuilderFlag.kTF32);
    } else {
      config.clearFlag(BuilderFlag.kTF32);
    }
    builder.require("setFlag", config.getFlag(BuilderFlag.kTF32) == request.tf32());
    if (request.workspaceBytes() != null) {
      config.setMemoryPoolLimit(MemoryPoolType.kWORKSPACE, request.workspaceBytes());
      builder.require(
          "setMemoryPoolLimit of " + request.workspaceBytes() + " bytes",
          config.getMemoryPoolLimit(MemoryPoolType.kWORKSPACE) == request.workspaceBytes());
    }
    if (request.timingCache() != null) {
      readTimingCache(builder, config);
    }
    int index = 0;
    for (PlanProfile profile : request.profiles(model)) {
      NetworkProfile.add(builder, config, graph.inputs(), profile, index++);
    }
    return config;
  }

  private void readTimingCache(TensorRtBuilder builder, IBuilderConfig config) {
    try (TimingCacheFile.Contents old = TimingCacheFile.read(request.timingCache())) {
      ITimingCache cache =
          builder.own("createTimingCache", config.createTimingCache(old.data(), old.size()));
      builder.require(
          "setTimingCache of " + request.timingCache(), config.setTimingCache(cache, false));
    }
  }

  private void writeTimingCache(TensorRtBuilder builder, IBuilderConfig config) {
    ITimingCache cache = builder.present("getTimingCache", config.getTimingCache());
    IHostMemory bytes = builder.own("ITimingCache.serialize", cache.serialize());
    TimingCacheFile.write(request.timingCache(), bytes.data(), bytes.size());
  }

  /** Loads the plan as the engine will, and holds it to what the engine relies on. */
  private void verify(TensorRtBuilder builder, IHostMemory plan) {
    IRuntime runtime = builder.own("createInferRuntime", createInferRuntime(TensorRtLog.shared()));
    ICudaEngine engine =
        builder.own(
            "deserializeCudaEngine", runtime.deserializeCudaEngine(plan.data(), plan.size()));
    builder.require(
        "getNbOptimizationProfiles",
        engine.getNbOptimizationProfiles() == request.profiles(model).size());
    for (int layer = 0; layer < model.layers(); layer++) {
      for (String kind : new String[] {"key.", "value."}) {
        String alias = engine.getAliasedInputTensor("present_" + kind + layer);
        if (!("past_" + kind + layer).equals(alias)) {
          throw new UnmaskException(
              ErrorCode.INTERNAL,
              "getAliasedInputTensor of present_"
                  + kind
                  + layer
                  + ": "
                  + alias
                  + ", so that the cache would be copied in every pass");
        }
      }
    }
  }
}
