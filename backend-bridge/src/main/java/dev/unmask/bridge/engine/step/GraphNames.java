package dev.unmask.bridge.engine.step;

/** Names of the inputs and outputs of {@code model.onnx}. */
public final class GraphNames {
  /** The file in a version directory that holds the graph. */
  public static final String FILE = "model.onnx";

  /** Tokens, int64 {@code [batch, query]}. */
  public static final String INPUT_IDS = "input_ids";

  /** Positions for the rotary embedding, int64 {@code [batch, query]}. */
  public static final String POSITION_IDS = "position_ids";

  /** True where a query attends, bool {@code [batch, 1, query, capacity]}. */
  public static final String ATTENTION_MASK = "attention_mask";

  /** Cache index of each row's first query, int64 {@code [batch]}. */
  public static final String WRITE_INDICES = "write_indices";

  /** Queries, counted over the batch, whose candidates are wanted, int64 {@code [rows]}. */
  public static final String OUTPUT_ROWS = "output_rows";

  /** Their unconditional halves, int64 {@code [rows]}; where there is guidance. */
  public static final String UNCONDITIONAL_ROWS = "unconditional_rows";

  /** Their guidance factors, float32 {@code [rows, 1]}; where there is guidance. */
  public static final String GUIDANCE = "guidance";

  /** Best tokens, int64 {@code [rows, candidates]}. */
  public static final String CANDIDATE_IDS = "candidate_ids";

  /** Their logits, float32 {@code [rows, candidates]}, descending. */
  public static final String CANDIDATE_LOGITS = "candidate_logits";

  /** Softmax probability of the best, float32 {@code [rows, 1]}. */
  public static final String TOP_PROBABILITY = "top_probability";

  /** Expectation of best logit minus logit, float32 {@code [rows, 1]}; not of causal models. */
  public static final String EXPECTED_GAP = "expected_gap";

  /** Logits of the special tokens, float32 {@code [rows, specials]}; where there are any. */
  public static final String SPECIAL_LOGITS = "special_logits";

  /** Begins the names of cache inputs. */
  public static final String PAST_PREFIX = "past_";

  /** Begins the names of cache outputs. */
  public static final String PRESENT_PREFIX = "present_";

  private GraphNames() {}

  /** Input of a cache tensor: keys of layer i are tensor 2i, values 2i + 1. */
  public static String past(int tensor) {
    return PAST_PREFIX + kind(tensor);
  }

  /** Output of a cache tensor. */
  public static String present(int tensor) {
    return PRESENT_PREFIX + kind(tensor);
  }

  private static String kind(int tensor) {
    return (tensor % 2 == 0 ? "key." : "value.") + tensor / 2;
  }
}
