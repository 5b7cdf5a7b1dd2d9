package dev.unmask.client.internal;

/** The outputs of one response of a language model, whichever transport brought them. */
interface Outputs {
  /** The text of an output, its elements joined; null where there is none. */
  String text(String name);

  /** The elements of an integer output; null where there is none. */
  int[] ints(String name);

  /** The first element of a number; NaN where there is none. */
  double number(String name);

  /** The first element of an integer; {@code fallback} where there is none. */
  long integer(String name, long fallback);

  /** The request's id. */
  String requestId();

  /** The model that answered. */
  String model();

  /** Its version. */
  String modelVersion();
}
