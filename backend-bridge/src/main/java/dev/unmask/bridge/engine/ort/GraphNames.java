package dev.unmask.bridge.engine.ort;

/** Names of the inputs and outputs of {@code model.onnx}. */
final class GraphNames {
  static final String INPUT_IDS = "input_ids";
  static final String POSITION_IDS = "position_ids";
  static final String ATTENTION_MASK = "attention_mask";
  static final String WRITE_INDICES = "write_indices";
  static final String OUTPUT_ROWS = "output_rows";
  static final String UNCONDITIONAL_ROWS = "unconditional_rows";
  static final String GUIDANCE = "guidance";
  static final String CANDIDATE_IDS = "candidate_ids";
  static final String CANDIDATE_LOGITS = "candidate_logits";
  static final String TOP_PROBABILITY = "top_probability";
  static final String EXPECTED_GAP = "expected_gap";
  static final String SPECIAL_LOGITS = "special_logits";
  static final String PAST_PREFIX = "past_";
  static final String PRESENT_PREFIX = "present_";

  private GraphNames() {}

  /** Input of a cache tensor: keys of layer i are tensor 2i, values 2i + 1. */
  static String past(int tensor) {
    return PAST_PREFIX + kind(tensor);
  }

  /** Output of a cache tensor. */
  static String present(int tensor) {
    return PRESENT_PREFIX + kind(tensor);
  }

  private static String kind(int tensor) {
    return (tensor % 2 == 0 ? "key." : "value.") + tensor / 2;
  }
}
