package dev.unmask.model;

import dev.unmask.repository.ModelManifest;
import java.util.List;
import java.util.Map;

/** Manifests of models that need not exist. */
public final class Manifests {
  private Manifests() {}

  /** Of an autoregressive model of a few weights. */
  public static ModelManifest small(String name) {
    return new ModelManifest(
        ModelManifest.FORMAT,
        name,
        "llama",
        "causal",
        true,
        16,
        1,
        1,
        1,
        4,
        4,
        8,
        "fp32",
        64,
        4,
        null,
        null,
        null,
        List.of(1),
        List.of(),
        null,
        List.of("ar"),
        "ar",
        Map.of(),
        100,
        Map.of());
  }
}
