package dev.unmask.bridge.engine.ort;

import dev.unmask.repository.ModelManifest;
import java.util.List;
import java.util.Map;

/** Small manifests for tests that need no graph. */
final class ManifestFixtures {
  private ManifestFixtures() {}

  static ModelManifest withDtype(String dtype) {
    return with(dtype, 1000);
  }

  static ModelManifest withParameters(long parameterCount) {
    return with("fp32", parameterCount);
  }

  static ModelManifest with(String dtype, long parameterCount) {
    return new ModelManifest(
        ModelManifest.FORMAT,
        "fixture",
        "llada",
        "full",
        false,
        256,
        2,
        4,
        2,
        16,
        64,
        128,
        dtype,
        128,
        8,
        255,
        null,
        null,
        List.of(254),
        List.of(254, 255),
        null,
        List.of("llada"),
        "llada",
        Map.of(),
        parameterCount,
        Map.of());
  }
}
