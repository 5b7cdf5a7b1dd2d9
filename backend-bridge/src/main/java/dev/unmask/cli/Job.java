package dev.unmask.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.unmask.bridge.DecodeLoop;
import dev.unmask.bridge.text.ResponseText;
import dev.unmask.bridge.text.TextTokenizer;
import dev.unmask.scheduler.FinishReason;
import dev.unmask.scheduler.GenerationRequest;
import dev.unmask.scheduler.SequenceListener;
import dev.unmask.scheduler.SequenceView;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/**
 * One request on its way through the decode loop, and what became of it. A job may be bad from the
 * start; then it only carries its error. Confined to the decode thread.
 */
final class Job implements SequenceListener {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final JsonNode id;
  private final String task;
  private final String expected;
  private final GenerationRequest request;
  private final InfillPrompt infill;
  private final TextTokenizer tokenizer;
  private final ResponseText response;
  private Consumer<String> onText = text -> {};
  private Consumer<SequenceView> onCommit = view -> {};
  private DecodeLoop loop;
  private long sequenceId;
  private long startNanos;
  private long endNanos;
  private SequenceView sequence;
  private String error;

  /**
   * @param id what the output line is called
   * @param task null for none
   * @param expected the right answer, null where it is not known
   * @param infill null where the response follows a prompt
   * @param stop stop words
   */
  Job(
      JsonNode id,
      String task,
      String expected,
      GenerationRequest request,
      InfillPrompt infill,
      TextTokenizer tokenizer,
      List<String> stop) {
    this.id = id;
    this.task = task;
    this.expected = expected;
    this.request = request;
    this.infill = infill;
    this.tokenizer = tokenizer;
    this.response = new ResponseText(tokenizer, stop);
  }

  private Job(JsonNode id, String task, String error) {
    this.id = id;
    this.task = task;
    this.error = error;
    expected = null;
    request = null;
    infill = null;
    tokenizer = null;
    response = null;
  }

  /** A job that cannot be done. */
  static Job bad(JsonNode id, String task, String error) {
    return new Job(id, task, error);
  }

  /** Names who is told of text that became final. */
  void onText(Consumer<String> consumer) {
    onText = consumer;
  }

  /** Names who is shown the sequence after each pass that committed tokens. */
  void onCommit(Consumer<SequenceView> consumer) {
    onCommit = consumer;
  }

  /** Submits the request. */
  void start(DecodeLoop decodeLoop) {
    loop = decodeLoop;
    startNanos = System.nanoTime();
    sequenceId = loop.submit(request, this);
  }

  @Override
  public void onCommitted(SequenceView view) {
    onCommit.accept(view);
    if (infill == null) {
      String text = response.onCommitted(view);
      if (!text.isEmpty()) {
        onText.accept(text);
      }
      if (response.stopped()) {
        loop.finish(sequenceId);
      }
    }
  }

  @Override
  public void onFinished(SequenceView view) {
    endNanos = System.nanoTime();
    sequence = view;
    if (view.finishReason() == FinishReason.ERROR) {
      error = view.error().getMessage();
    } else if (infill == null) {
      String text = response.onFinished(view);
      if (!text.isEmpty()) {
        onText.accept(text);
      }
    }
  }

  boolean isDone() {
    return error != null || sequence != null;
  }

  /** Why there is no response; null if there is one. */
  String error() {
    return error;
  }

  /** The response's text; of an infill the whole text, gaps filled. */
  String text() {
    if (infill == null) {
      return response.text();
    }
    return text(0, infill.tokenIds().length);
  }

  /** Tokens of the response, without a stop token; of an infill those from the first gap on. */
  int[] outputIds() {
    return infill == null ? response.answerIds(sequence) : sequence.responseIds();
  }

  int outputTokens() {
    return infill == null ? outputIds().length : infill.tokenIds().length - sequence.promptTokens();
  }

  int forwardPasses() {
    return sequence.forwardPasses();
  }

  double seconds() {
    return (endNanos - startNanos) / 1e9;
  }

  /** Whether the right answer is known. */
  boolean hasExpected() {
    return expected != null && error == null;
  }

  boolean isExact() {
    return Exactness.isExact(expected, text());
  }

  /** The output line. */
  ObjectNode toJson() {
    ObjectNode line = JSON.createObjectNode();
    line.set("id", id);
    if (task != null) {
      line.put("task", task);
    }
    if (error != null) {
      return line.put("error", error);
    }
    line.put("text", text());
    if (infill != null) {
      ArrayNode fills = line.putArray("fills");
      infill.spans().forEach(span -> fills.add(text(span[0], span[1])));
    }
    putIds(line, "output_ids", outputIds());
    putIds(line, "raw_output_ids", sequence.responseIds());
    line.put("finish_reason", finishReason().id());
    line.put("num_input_tokens", sequence.promptTokens());
    line.put("num_output_tokens", outputTokens());
    line.put("forward_passes", sequence.forwardPasses());
    line.put("query_tokens", sequence.queryTokens());
    line.put("seconds", Math.round(seconds() * 1e6) / 1e6);
    if (hasExpected()) {
      line.put("exact", isExact());
    }
    return line;
  }

  private FinishReason finishReason() {
    return infill == null && response.stopped() ? FinishReason.STOP : sequence.finishReason();
  }

  private String text(int from, int to) {
    int[] ids = new int[to - from];
    for (int i = from; i < to; i++) {
      ids[i - from] = sequence.tokenId(i);
    }
    return tokenizer.decode(ids, true);
  }

  private static void putIds(ObjectNode line, String name, int[] ids) {
    ArrayNode array = line.putArray(name);
    Arrays.stream(ids).forEach(array::add);
  }
}
