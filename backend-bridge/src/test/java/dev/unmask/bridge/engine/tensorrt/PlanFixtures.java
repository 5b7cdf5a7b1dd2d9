package dev.unmask.bridge.engine.tensorrt;

import dev.unmask.repository.ModelManifest;
import java.util.List;
import java.util.Map;

/** Manifests of a model and of a plan that fits it. */
final class PlanFixtures {
  static final String GRAPH_HASH = "a".repeat(64);
  static final String VERSION = "11.2.1";
  static final String CAPABILITY = "9.0";

  private PlanFixtures() {}

  static ModelManifest model(String dtype, int maxContext, Integer blockSize) {
    return model(dtype, maxContext, blockSize, Map.of("model.onnx", GRAPH_HASH));
  }

  static ModelManifest model(
      String dtype, int maxContext, Integer blockSize, Map<String, String> hashes) {
    return new ModelManifest(
        ModelManifest.FORMAT,
        "m",
        "llama",
        "block_causal",
        false,
        256,
        2,
        4,
        2,
        16,
        64,
        128,
        dtype,
        maxContext,
        8,
        1,
        null,
        null,
        List.of(2),
        List.of(),
        blockSize,
        List.of("d2f"),
        "d2f",
        Map.of(),
        1000,
        hashes);
  }

  static PlanManifest plan(ModelManifest model) {
    PlanRequest request = PlanRequest.ofDefaults();
    return new PlanManifest(
        PlanManifest.FORMAT,
        VERSION,
        CAPABILITY,
        GraphHash.noted(model),
        "b".repeat(64),
        model.dtype(),
        model.maxContext(),
        request.maxBatch(),
        request.queryTokens(model),
        request.profiles(model));
  }
}
