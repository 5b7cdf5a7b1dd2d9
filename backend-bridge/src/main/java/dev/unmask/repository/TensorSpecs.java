package dev.unmask.repository;

import static dev.unmask.request.Datatype.BOOL;
import static dev.unmask.request.Datatype.BYTES;
import static dev.unmask.request.Datatype.FP32;
import static dev.unmask.request.Datatype.INT32;
import static dev.unmask.request.Datatype.INT64;
import static dev.unmask.request.Datatype.UINT32;
import static dev.unmask.request.Datatype.UINT64;

import dev.unmask.request.Datatype;
import java.util.List;
import java.util.stream.Stream;

/**
 * The inputs and outputs that every served model has, whatever its family. Names follow what
 * clients of other language model backends send; decoding parameters have the names of their
 * algorithms' published code. All inputs are optional: a request gives one of {@code text_input},
 * {@code messages} and {@code input_ids}, and the server checks that.
 */
public final class TensorSpecs {
  /** Inputs that say what is asked for and how it is returned. */
  public static final List<TensorSpec> REQUEST_INPUTS =
      List.of(
          input("text_input", BYTES),
          input("messages", BYTES),
          inputs("input_ids", INT32),
          input("raw_prompt", BOOL),
          input("stream", BOOL),
          input("stream_blocks", BOOL),
          input("exclude_input_in_output", BOOL),
          input("sampling_parameters", BYTES),
          inputs("stop_words", BYTES),
          inputs("bad_words", BYTES),
          input("min_length", INT32),
          input("logprobs", INT32),
          input("request_priority", INT32),
          input("return_finish_reason", BOOL),
          input("return_cumulative_logprob", BOOL),
          input("return_log_probs", BOOL),
          input("return_logprobs", BOOL),
          input("return_num_input_tokens", BOOL),
          input("return_num_output_tokens", BOOL),
          input("return_output_ids", BOOL),
          input("return_perf_metrics", BOOL));

  /** Inputs that reach {@link dev.unmask.scheduler.parameters.ParameterParser} by their names. */
  public static final List<TensorSpec> PARAMETER_INPUTS =
      List.of(
          input("max_tokens", INT32),
          input("gen_length", INT32),
          input("max_new_tokens", INT32),
          input("min_tokens", INT32),
          inputs("stop_token_ids", INT32),
          inputs("eos_token_ids", INT32),
          input("ignore_eos", BOOL),
          input("trim_after_eos", BOOL),
          input("shift_logits", BOOL),
          input("temperature", FP32),
          input("top_p", FP32),
          input("top_k", INT32),
          input("seed", UINT64),
          input("greedy", BOOL),
          input("repetition_penalty", FP32),
          input("presence_penalty", FP32),
          input("frequency_penalty", FP32),
          input("algorithm", BYTES),
          input("steps", INT32),
          input("block_length", INT32),
          input("cfg_scale", FP32),
          input("remasking", BYTES),
          input("logits_eos_inf", BOOL),
          input("confidence_eos_eot_inf", BOOL),
          input("threshold", FP32),
          input("confidence_threshold", FP32),
          input("factor", FP32),
          input("cache", BYTES),
          input("block_size", INT32),
          input("block_add_threshold", FP32),
          input("decoded_token_threshold", FP32),
          input("skip_threshold", FP32),
          input("ranking", BYTES),
          input("max_active_blocks", INT32),
          input("look_ahead", BYTES),
          input("denoising_steps", INT32),
          input("eb_threshold", FP32),
          input("remasking_strategy", BYTES),
          input("dynamic_fallback", BYTES),
          input("eps", FP32),
          input("alg", BYTES),
          input("alg_temp", FP32));

  /** All inputs, in the order of {@code config.pbtxt}. */
  public static final List<TensorSpec> INPUTS =
      Stream.concat(REQUEST_INPUTS.stream(), PARAMETER_INPUTS.stream()).toList();

  /** Outputs, in the order of {@code config.pbtxt}. */
  public static final List<TensorSpec> OUTPUTS =
      List.of(
          output("text_output", BYTES, -1),
          output("finish_reason", BYTES, -1),
          output("cumulative_logprob", FP32, -1),
          output("logprobs", BYTES, -1),
          output("num_input_tokens", UINT32, 1),
          output("num_output_tokens", UINT32, -1),
          output("output_ids", INT32, -1),
          output("arrival_time_ns", INT64, 1),
          output("first_scheduled_time_ns", INT64, 1),
          output("first_token_time_ns", INT64, 1),
          output("last_token_time_ns", INT64, 1),
          output("num_forward_passes", UINT32, 1),
          output("num_query_tokens", UINT64, 1),
          output("num_reused_tokens", UINT32, 1),
          output("block_snapshot", BYTES, 1));

  private TensorSpecs() {}

  private static TensorSpec input(String name, Datatype type) {
    return new TensorSpec(name, type, 1, true);
  }

  private static TensorSpec inputs(String name, Datatype type) {
    return new TensorSpec(name, type, -1, true);
  }

  private static TensorSpec output(String name, Datatype type, int dim) {
    return new TensorSpec(name, type, dim, false);
  }
}
