package dev.unmask.client.internal;

import dev.unmask.client.Datatype;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** Types of the inputs that language models have. What is not here is sent as a parameter. */
final class ParameterTypes {
  /** What vLLM takes in {@code sampling_parameters}. */
  static final Set<String> VLLM_SAMPLING =
      Set.of(
          "max_tokens",
          "min_tokens",
          "temperature",
          "top_p",
          "top_k",
          "seed",
          "bad_words",
          "stop_token_ids",
          "ignore_eos",
          "repetition_penalty",
          "presence_penalty",
          "frequency_penalty",
          "logprobs");

  /** Inputs of Triton's vLLM backend. */
  static final Set<String> VLLM_INPUTS =
      Set.of("text_input", "stream", "exclude_input_in_output", "sampling_parameters");

  /** Inputs of TensorRT-LLM's models. */
  static final Set<String> TENSORRT_LLM =
      Set.of(
          "text_input",
          "stream",
          "exclude_input_in_output",
          "max_tokens",
          "min_tokens",
          "temperature",
          "top_p",
          "top_k",
          "seed",
          "stop_words",
          "bad_words",
          "repetition_penalty",
          "presence_penalty",
          "frequency_penalty");

  private static final Map<String, Datatype> TYPES = new HashMap<>();

  static {
    put(
        Datatype.BYTES,
        "text_input messages sampling_parameters stop_words bad_words algorithm remasking cache"
            + " ranking look_ahead remasking_strategy dynamic_fallback alg");
    put(
        Datatype.BOOL,
        "raw_prompt stream stream_blocks exclude_input_in_output return_finish_reason"
            + " return_cumulative_logprob return_log_probs return_logprobs return_num_input_tokens"
            + " return_num_output_tokens return_output_ids return_perf_metrics ignore_eos"
            + " trim_after_eos shift_logits greedy logits_eos_inf confidence_eos_eot_inf");
    put(
        Datatype.INT32,
        "input_ids min_length logprobs request_priority max_tokens gen_length max_new_tokens"
            + " min_tokens stop_token_ids eos_token_ids top_k steps block_length block_size"
            + " max_active_blocks denoising_steps");
    put(
        Datatype.FP32,
        "temperature top_p repetition_penalty presence_penalty frequency_penalty cfg_scale"
            + " threshold confidence_threshold factor block_add_threshold decoded_token_threshold"
            + " skip_threshold eb_threshold eps alg_temp");
    put(Datatype.UINT64, "seed");
  }

  private ParameterTypes() {}

  private static void put(Datatype type, String names) {
    for (String name : names.split(" ", -1)) {
      TYPES.put(name, type);
    }
  }

  /** The type of an input; null for what is no input. */
  static Datatype of(String name) {
    return TYPES.get(name);
  }
}
