package dev.unmask.importer;

/**
 * Module names of a family's weights; a weight's name is the module's with {@code .weight} or
 * {@code .bias} appended. Names of layer modules are relative to {@link #layer}.
 */
enum WeightNames {
  /** Llama, Qwen, Dream, SDAR. */
  LLAMA(
      "model.layers.",
      "model.embed_tokens",
      "model.norm",
      "lm_head",
      "input_layernorm",
      "self_attn.q_proj",
      "self_attn.k_proj",
      "self_attn.v_proj",
      "self_attn.o_proj",
      "post_attention_layernorm",
      "mlp.gate_proj",
      "mlp.up_proj",
      "mlp.down_proj"),
  /** LLaDA. */
  LLADA(
      "model.transformer.blocks.",
      "model.transformer.wte",
      "model.transformer.ln_f",
      "model.transformer.ff_out",
      "attn_norm",
      "q_proj",
      "k_proj",
      "v_proj",
      "attn_out",
      "ff_norm",
      "ff_proj",
      "up_proj",
      "ff_out");

  private final String layerPrefix;
  final String embedding;
  final String finalNorm;
  final String head;
  final String attentionNorm;
  final String query;
  final String key;
  final String value;
  final String output;
  final String mlpNorm;
  final String gate;
  final String up;
  final String down;

  WeightNames(
      String layerPrefix,
      String embedding,
      String finalNorm,
      String head,
      String attentionNorm,
      String query,
      String key,
      String value,
      String output,
      String mlpNorm,
      String gate,
      String up,
      String down) {
    this.layerPrefix = layerPrefix;
    this.embedding = embedding;
    this.finalNorm = finalNorm;
    this.head = head;
    this.attentionNorm = attentionNorm;
    this.query = query;
    this.key = key;
    this.value = value;
    this.output = output;
    this.mlpNorm = mlpNorm;
    this.gate = gate;
    this.up = up;
    this.down = down;
  }

  /** Full name of a layer's module. */
  String layer(int index, String module) {
    return layerPrefix + index + "." + module;
  }

  /** Norm of the query heads, in families that have one. */
  String queryNorm(int index) {
    return layer(index, "self_attn.q_norm");
  }

  /** Norm of the key heads, in families that have one. */
  String keyNorm(int index) {
    return layer(index, "self_attn.k_norm");
  }
}
