package dev.unmask.request;

import dev.unmask.scheduler.UnmaskException;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Decides which outputs a request wants. Where it names outputs, those; otherwise the text and what
 * its {@code return_*} inputs ask for. Naming all outputs is the same as naming none: Triton's core
 * names them all where the client names none. Snapshots are wanted with {@code stream_blocks} only,
 * named or not: a client that names all outputs of a model would get streams of them unasked.
 */
final class OutputSelection {
  private static final Map<String, EnumSet<Output>> FLAGS = new LinkedHashMap<>();

  static {
    FLAGS.put("return_finish_reason", EnumSet.of(Output.FINISH_REASON));
    FLAGS.put("return_cumulative_logprob", EnumSet.of(Output.CUMULATIVE_LOGPROB));
    FLAGS.put("return_log_probs", EnumSet.of(Output.LOGPROBS));
    FLAGS.put("return_logprobs", EnumSet.of(Output.LOGPROBS));
    FLAGS.put("return_num_input_tokens", EnumSet.of(Output.NUM_INPUT_TOKENS));
    FLAGS.put("return_num_output_tokens", EnumSet.of(Output.NUM_OUTPUT_TOKENS));
    FLAGS.put("return_output_ids", EnumSet.of(Output.OUTPUT_IDS));
    FLAGS.put(
        "return_perf_metrics", EnumSet.range(Output.ARRIVAL_TIME_NS, Output.NUM_REUSED_TOKENS));
    FLAGS.put("stream_blocks", EnumSet.of(Output.BLOCK_SNAPSHOT));
  }

  private OutputSelection() {}

  /**
   * The outputs that a request wants.
   *
   * @param model name of the model, for messages
   * @param requested names of outputs, empty for none
   * @param values the request's values
   * @throws UnmaskException INVALID_ARGUMENT naming an output that does not exist, or a flag that
   *     is neither true nor false
   */
  static EnumSet<Output> of(String model, Set<String> requested, RequestValues values) {
    EnumSet<Output> flagged = EnumSet.of(Output.TEXT_OUTPUT);
    FLAGS.forEach(
        (flag, outputs) -> {
          if (values.flag(flag)) {
            flagged.addAll(outputs);
          }
        });
    if (requested.isEmpty()) {
      return flagged;
    }
    EnumSet<Output> named = EnumSet.noneOf(Output.class);
    for (String name : requested) {
      named.add(output(model, name));
    }
    if (named.size() == Output.values().length) {
      return flagged;
    }
    if (!flagged.contains(Output.BLOCK_SNAPSHOT)) {
      named.remove(Output.BLOCK_SNAPSHOT);
    }
    return named;
  }

  private static Output output(String model, String name) {
    for (Output output : Output.values()) {
      if (output.id().equals(name)) {
        return output;
      }
    }
    throw UnmaskException.invalid(
        "unexpected inference output '" + name + "' for model '" + model + "'");
  }
}
