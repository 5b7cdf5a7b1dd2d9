package dev.unmask.server.openai;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.unmask.request.TokenLogprob;
import java.io.IOException;
import java.util.List;

/**
 * Writes what is particular to an API in a choice, as members of the current object. Belongs to one
 * answer: positions of tokens count on from one delta to the next. One thread at a time.
 */
interface ChoiceWriter {
  /** The text of a complete answer. */
  void whole(JsonGenerator json, String text) throws IOException;

  /** Whether a stream begins with a chunk of its own. */
  boolean hasOpening();

  /** What a stream begins with. */
  void opening(JsonGenerator json) throws IOException;

  /** A part of the text. */
  void delta(JsonGenerator json, String text) throws IOException;

  /** What stands in place of a text in the last chunk. */
  void closing(JsonGenerator json) throws IOException;

  /** The value of {@code logprobs}. */
  void logprobs(JsonGenerator json, List<TokenLogprob> tokens) throws IOException;
}
