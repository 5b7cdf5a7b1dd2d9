package dev.unmask.repository;

import dev.unmask.request.Datatype;

/**
 * One input or output of a served model.
 *
 * @param name tensor name
 * @param type type of the elements
 * @param dim its only dimension, -1 for any length
 * @param optional whether a request may leave it out; outputs are never optional in a config
 */
public record TensorSpec(String name, Datatype type, int dim, boolean optional) {

  /** Whether it has exactly one element. */
  public boolean isScalar() {
    return dim == 1;
  }

  /** The type as {@code config.pbtxt} names it, such as {@code TYPE_STRING}. */
  public String configType() {
    return type.configType();
  }
}
