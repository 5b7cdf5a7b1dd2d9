package dev.unmask.request;

/**
 * What one response carries, before it is cut down to the outputs that are wanted.
 *
 * @param text text of this response; null for a snapshot
 * @param delta tokens of this response; null for a snapshot
 * @param newTokens tokens since the response before; more than the delta has where deltas without
 *     text were passed over
 * @param result the end; null before the last response
 * @param snapshot a snapshot, and then nothing else
 */
record ResponseContent(
    String text,
    GenerationDelta delta,
    int newTokens,
    GenerationResult result,
    BlockSnapshot snapshot) {

  static ResponseContent of(GenerationDelta delta, int newTokens) {
    return new ResponseContent(delta.text(), delta, newTokens, null, null);
  }

  static ResponseContent last(
      String text, GenerationDelta delta, int newTokens, GenerationResult result) {
    return new ResponseContent(text, delta, newTokens, result, null);
  }

  static ResponseContent of(BlockSnapshot snapshot) {
    return new ResponseContent(null, null, 0, null, snapshot);
  }
}
