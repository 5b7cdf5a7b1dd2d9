package dev.unmask.importer;

import com.fasterxml.jackson.databind.JsonNode;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.util.Locale;

/**
 * Reads a {@code config.json}. Anything in it that would change the result and that the graph does
 * not do is refused by name and value.
 */
final class NetworkReader {
  private NetworkReader() {}

  /**
   * @param config the file
   * @throws UnmaskException UNSUPPORTED for an unknown architecture or feature, INVALID_ARGUMENT
   *     for a missing or wrong field
   */
  static Network read(ConfigFile config) {
    String type = config.text("model_type");
    config.requireUnset("quantization_config");
    Network network =
        switch (type.toLowerCase(Locale.ROOT)) {
          case "llada" -> readLlada(config);
          case "llama" -> readLlamaLike(config, "llama");
          case "qwen2" -> readLlamaLike(config, "qwen2");
          case "qwen3" -> readLlamaLike(config, "qwen3");
          case "dream" -> readLlamaLike(config, "dream");
          case "sdar" -> readLlamaLike(config, "sdar");
          default ->
              throw new UnmaskException(
                  ErrorCode.UNSUPPORTED,
                  config.file()
                      + ": model_type="
                      + type
                      + " is none of llada, llama, qwen2, qwen3, Dream, sdar");
        };
    if (network.queryHeads() % network.kvHeads() != 0) {
      throw UnmaskException.invalid(
          config.file()
              + ": "
              + network.queryHeads()
              + " attention heads are no multiple of "
              + network.kvHeads()
              + " key and value heads");
    }
    if (network.headDim() % 2 != 0) {
      throw UnmaskException.invalid(config.file() + ": head_dim=" + network.headDim() + " is odd");
    }
    return network;
  }

  private static Network readLlamaLike(ConfigFile config, String family) {
    config.requireText("hidden_act", "silu");
    refuseSlidingWindow(config);
    boolean qkNorm = family.equals("qwen3") || family.equals("sdar");
    boolean alwaysBias = family.equals("qwen2") || family.equals("dream");
    if (alwaysBias) {
      config.requireFlag("attention_bias", true);
    }
    boolean attentionBias = !alwaysBias && config.flag("attention_bias", false);
    if (!family.equals("llama")) {
      config.requireFlag("mlp_bias", false);
    }
    int hidden = config.positiveInt("hidden_size");
    int heads = config.positiveInt("num_attention_heads");
    int headDim = config.positiveInt("head_dim", Math.max(1, hidden / heads));
    if (!config.has("head_dim") && hidden % heads != 0) {
      throw config.wrong("hidden_size", "a multiple of num_attention_heads=" + heads);
    }
    return new Network(
        family,
        WeightNames.LLAMA,
        config.positiveInt("num_hidden_layers"),
        hidden,
        heads,
        config.positiveInt("num_key_value_heads", heads),
        headDim,
        config.positiveInt("intermediate_size"),
        config.positiveInt("vocab_size"),
        (float) config.positiveNumber("rms_norm_eps", 1e-6),
        RopeReader.read(config, headDim),
        config.positiveInt("max_position_embeddings"),
        config.flag("tie_word_embeddings", false),
        alwaysBias || attentionBias,
        attentionBias,
        config.flag("mlp_bias", false),
        qkNorm);
  }

  /** Layers from max_window_layers on have the window; there may be none. */
  private static void refuseSlidingWindow(ConfigFile config) {
    boolean windowed =
        config.flag("use_sliding_window", false)
            && config.has("sliding_window")
            && config.get("max_window_layers").asInt(0) < config.positiveInt("num_hidden_layers");
    if (windowed) {
      throw config.unsupported("use_sliding_window");
    }
    for (JsonNode layerType : config.get("layer_types")) {
      if (!layerType.asText().equals("full_attention")) {
        throw config.unsupported("layer_types");
      }
    }
  }

  private static Network readLlada(ConfigFile config) {
    config.requireText("activation_type", "silu");
    config.requireText("block_type", "llama");
    config.requireText("layer_norm_type", "rms");
    config.requireFlag("layer_norm_with_affine", true);
    config.requireFlag("rope", true);
    for (String field :
        new String[] {
          "alibi",
          "attention_layer_norm",
          "bias_for_layer_norm",
          "clip_qkv",
          "include_bias",
          "input_emb_norm",
          "rope_scaling",
          "scale_logits"
        }) {
      config.requireUnset(field);
    }
    int hidden = config.positiveInt("d_model");
    int heads = config.positiveInt("n_heads");
    if (hidden % heads != 0) {
      throw config.wrong("d_model", "a multiple of n_heads=" + heads);
    }
    int kvHeads =
        config.positiveInt("n_kv_heads", config.flag("multi_query_attention", false) ? 1 : heads);
    int intermediate =
        config.has("mlp_hidden_size")
            ? config.positiveInt("mlp_hidden_size")
            : config.positiveInt("mlp_ratio", 4) * hidden;
    return new Network(
        "llada",
        WeightNames.LLADA,
        config.positiveInt("n_layers"),
        hidden,
        heads,
        kvHeads,
        hidden / heads,
        intermediate,
        config.positiveInt(config.has("embedding_size") ? "embedding_size" : "vocab_size"),
        (float) config.positiveNumber("rms_norm_eps", 1e-5),
        RopeReader.read(config, hidden / heads),
        config.positiveInt("max_sequence_length"),
        config.flag("weight_tying", true),
        config.flag("include_qkv_bias", false),
        false,
        false,
        false);
  }
}
