package dev.unmask.bridge.engine.ort;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import dev.unmask.bridge.engine.EngineOptions;
import dev.unmask.bridge.engine.EngineProvider;
import dev.unmask.bridge.engine.EngineSession;
import dev.unmask.bridge.engine.step.GraphTensors;
import dev.unmask.bridge.engine.step.KvBlocks;
import dev.unmask.repository.ModelManifest;
import dev.unmask.scheduler.UnmaskException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Opens {@code model.onnx} with ONNX Runtime on the CPU. fp32, fp16, int8 and int4 models run; bf16
 * ones are refused, as ONNX Runtime has no CPU kernels for them. Stateless; any thread.
 */
public final class OrtEngineProvider implements EngineProvider {
  /** Name of this engine. */
  public static final String NAME = "onnxruntime";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Optional<String> obstacle(Path versionDirectory, ModelManifest manifest, int device) {
    return manifest.dtype().equals("bf16")
        ? Optional.of("no kernels for dtype=bf16 on the CPU")
        : Optional.empty();
  }

  /**
   * {@inheritDoc}
   *
   * <p>The KV cache starts empty and grows with use to at most {@code kvPositions}, or without such
   * a budget to what the slots can use; that size is checked here.
   *
   * @throws UnmaskException INVALID_ARGUMENT for a graph that does not fit the manifest, NOT_FOUND
   *     without a graph, UNSUPPORTED for bf16 or a cache beyond 2 GB a tensor, UNAVAILABLE where
   *     memory does not suffice, INTERNAL where ONNX Runtime fails
   */
  @Override
  public EngineSession open(Path versionDirectory, ModelManifest manifest, EngineOptions options) {
    int slots = options.maxSequences();
    long budget =
        options.kvPositions() > 0
            ? options.kvPositions()
            : slots * KvBlocks.counted(manifest.maxContext());
    KvGeometry geometry = KvGeometry.of(manifest);
    KvCache cache = new KvCache(geometry, slots, manifest.maxContext(), budget);
    SessionSettings settings = SessionSettings.of(manifest, options);
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    OrtSession session = load(environment, versionDirectory, settings);
    try {
      GraphTensors.check(session.getInputNames(), session.getOutputNames(), manifest);
      return new OrtEngineSession(environment, session, manifest, options, settings, cache);
    } catch (RuntimeException | Error e) {
      OrtErrors.close(session);
      throw e;
    }
  }

  private static OrtSession load(
      OrtEnvironment environment, Path versionDirectory, SessionSettings settings) {
    try (NativeBuffer graph = GraphFile.read(versionDirectory)) {
      CapacityDimension.free(graph.bytes());
      try (SessionOptions created = settings.create(versionDirectory)) {
        return environment.createSession(graph.bytes(), created);
      }
    } catch (OrtException e) {
      throw OrtErrors.wrap("loading " + versionDirectory.resolve(GraphFile.NAME), e);
    }
  }
}
