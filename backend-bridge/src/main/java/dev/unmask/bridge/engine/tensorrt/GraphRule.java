package dev.unmask.bridge.engine.tensorrt;

import java.util.Locale;

/**
 * What TensorRT 11.2 asks of a graph, or silently does otherwise than ONNX says; found with its
 * parser and its headers.
 */
enum GraphRule {
  /** The default domain's operator set is one that the parser knows: 9 to 24. */
  OPSET,
  /** Operators are ONNX's own: no custom domain, no model-local function. */
  DOMAIN,
  /** The operator is among those the exporter uses and the parser takes. */
  OPERATOR,
  /** Attributes are those the parser reads; others it ignores or refuses. */
  ATTRIBUTE,
  /** As many inputs and outputs as the parser looks at. */
  ARITY,
  /** Every input is a graph input, a constant or made by an earlier node. */
  ORDER,
  /** Types are among those of the operator. */
  TYPE,
  /** Operands have one type: networks are strongly typed, nothing is cast. */
  SAME_TYPE,
  /** Axes, sizes and counts are constants. */
  CONSTANT,
  /** A cache is a graph input [batch, heads, capacity, head_dim] with only the batch free. */
  CACHE_INPUT,
  /** Its update is a graph output: both are one memory. */
  CACHE_OUTPUT,
  /** One update of a cache, along axis -2, in linear mode, no longer than the capacity. */
  CACHE_UPDATE,
  /** Query, keys and values are [batch, heads, length, head_dim]. */
  ATTENTION_SHAPE,
  /** The mask is bool [batch or 1, 1, query, capacity], the heads' axis 1. */
  ATTENTION_MASK,
  /** The scale is 1: another is multiplied into the whole cache in every pass. */
  ATTENTION_SCALE,
  /** At most 3,840 candidates, sorted. */
  TOP_K,
  /** Log-sum-exp only of logits less their maximum: there is no shift inside, exp overflows. */
  LOG_SUM_EXP,
  /** A free dimension of an input is batch, query or rows, which profiles bound. */
  SYMBOL,
  /** What is returned beside the cache is fp32 or int64. */
  OUTPUT_TYPE,
  /** Weights outside the model are in a file beside it. */
  LOCATION;

  /** Its name in messages, such as {@code attention-mask}. */
  String id() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
