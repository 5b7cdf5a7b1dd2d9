package dev.unmask.repository;

/**
 * One input or output of a served model.
 *
 * @param name tensor name
 * @param type KServe datatype: BYTES, BOOL, INT32, INT64, UINT32, UINT64, FP32
 * @param dim its only dimension, -1 for any length
 * @param optional whether a request may leave it out; outputs are never optional in a config
 */
public record TensorSpec(String name, String type, int dim, boolean optional) {

  /** The type as {@code config.pbtxt} names it, such as {@code TYPE_STRING}. */
  public String configType() {
    return type.equals("BYTES") ? "TYPE_STRING" : "TYPE_" + type;
  }
}
