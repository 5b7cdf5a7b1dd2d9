package dev.unmask.server.openai;

import dev.unmask.request.Fields;
import dev.unmask.server.ServedModel;

/** What tells the two completion APIs apart. Immutable; any thread. */
interface CompletionApi {
  /** What ids of answers begin with, such as {@code cmpl-}. */
  String idPrefix();

  /** The type of an answer, such as {@code text_completion}. */
  String object();

  /** The type of a part of a streamed answer. */
  String chunkObject();

  /**
   * Reads a request.
   *
   * @param requestId its name in logs, unless the body names it
   * @param arrivalNanos {@link System#nanoTime} of its arrival
   * @throws dev.unmask.scheduler.UnmaskException INVALID_ARGUMENT naming the field
   */
  ApiRequest read(Fields fields, String requestId, long arrivalNanos);

  /**
   * Refuses a model that cannot answer.
   *
   * @throws dev.unmask.scheduler.UnmaskException INVALID_ARGUMENT
   */
  void check(ServedModel model);

  /** Writes the one choice of the answer to a request; for one answer. */
  ChoiceWriter choice(ApiRequest request);
}
