package dev.unmask.importer;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.unmask.scheduler.AttentionKind;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;

/** Rewrites a {@code config.json} for a widened network. */
final class InflatedConfig {
  private static final double DEFAULT_THETA = 10000;

  private final ConfigFile old;
  private final Network from;
  private final TargetShape to;
  private final ObjectNode json;

  private InflatedConfig(ConfigFile old, Network from, TargetShape to) {
    this.old = old;
    this.from = from;
    this.to = to;
    json = old.json().deepCopy();
  }

  static ObjectNode of(
      ConfigFile old, Network from, TargetShape to, FamilyTraits traits, DataType type) {
    InflatedConfig config = new InflatedConfig(old, from, to);
    if (from.names() == WeightNames.LLADA) {
      config.putLlada();
    } else {
      config.putLlama();
    }
    config.putShared(traits, type);
    return config.json;
  }

  private void putLlada() {
    json.put("d_model", to.hidden());
    json.put("n_layers", to.layers());
    json.put("n_heads", to.heads());
    json.put("n_kv_heads", to.kvHeads());
    json.put("mlp_hidden_size", to.intermediate());
    json.put("embedding_size", to.vocab());
    json.put("rms_norm_eps", epsilon(1e-5));
  }

  private void putLlama() {
    json.put("hidden_size", to.hidden());
    json.put("num_hidden_layers", to.layers());
    json.put("num_attention_heads", to.heads());
    json.put("num_key_value_heads", to.kvHeads());
    json.put("head_dim", to.headDim());
    json.put("intermediate_size", to.intermediate());
    json.put("rms_norm_eps", epsilon(1e-6));
    // Both are counted in layers, and say that none has a window.
    if (old.has("max_window_layers")) {
      json.put("max_window_layers", Math.max(to.layers(), old.get("max_window_layers").asInt()));
    }
    if (old.has("layer_types")) {
      ArrayNode types = json.putArray("layer_types");
      for (int layer = 0; layer < to.layers(); layer++) {
        types.add("full_attention");
      }
    }
  }

  private void putShared(FamilyTraits traits, DataType type) {
    json.put("vocab_size", to.vocab());
    putTheta();
    String typeField = old.has("dtype") ? "dtype" : "torch_dtype";
    json.put(
        typeField,
        switch (type) {
          case FP32 -> "float32";
          case FP16 -> "float16";
          case BF16 -> "bfloat16";
        });
    if (traits.attention() == AttentionKind.BLOCK_CAUSAL) {
      json.put(FamilyTraits.ATTENTION_FIELD, traits.attention().id());
      json.put(FamilyTraits.BLOCK_SIZE_FIELD, traits.blockSize());
    }
  }

  /** With this base the frequencies of a wider head begin with those of the old one. */
  private void putTheta() {
    if (to.headDim() == from.headDim()) {
      return;
    }
    ConfigFile parameters = old.object("rope_parameters");
    boolean nested = parameters != null && parameters.has("rope_theta");
    double theta = (nested ? parameters : old).positiveNumber("rope_theta", DEFAULT_THETA);
    double widened = Math.pow(theta, (double) to.headDim() / from.headDim());
    if (Double.isInfinite(widened)) {
      throw new UnmaskException(
          ErrorCode.UNSUPPORTED,
          "head_dim="
              + to.headDim()
              + ": rope_theta="
              + theta
              + " has no finite counterpart for heads so much wider than "
              + from.headDim());
    }
    ObjectNode place = nested ? (ObjectNode) json.get("rope_parameters") : json;
    place.put("rope_theta", widened);
  }

  /** The mean of a norm is taken over more elements, the added ones being zero. */
  private double epsilon(double fallback) {
    return old.positiveNumber("rms_norm_eps", fallback) * from.hidden() / to.hidden();
  }
}
