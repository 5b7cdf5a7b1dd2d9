package dev.unmask.capacity.targets;

/**
 * Told what comes of one request, by one thread at a time; does little, and never throws. Nothing
 * follows an end or an error.
 */
public interface ResponseListener {
  /** Text that is not empty and was added to the answer. */
  void onText(String text);

  /** The answer is complete. */
  void onEnd(Answer answer);

  /** It failed. */
  void onError(TargetError error);
}
