package dev.unmask.client.internal;

import dev.unmask.client.Datatype;
import dev.unmask.client.GenerateRequest;
import dev.unmask.client.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A generation as tensors and request parameters, by the names that its model has for them.
 *
 * @param tensors inputs
 * @param parameters request parameters: String, Boolean, Long or Double
 */
record EncodedRequest(List<Tensor> tensors, Map<String, Object> parameters) {
  /**
   * Encodes a request.
   *
   * @param stream whether deltas are wanted
   * @throws dev.unmask.client.InvalidRequestException for what the model's format does not have
   */
  static EncodedRequest of(GenerateRequest request, boolean stream) {
    Checks.require(
        stream || !request.wantsBlockSnapshots(), "stream_blocks=true needs stream=true");
    Map<String, Object> values = new LinkedHashMap<>();
    request.prompt().ifPresent(text -> values.put("text_input", text));
    if (!request.messages().isEmpty()) {
      values.put("messages", Json.text(request.messages()));
    }
    values.putAll(request.parameters());
    if (stream) {
      values.put("stream", true);
    }
    return switch (request.format()) {
      case UNMASK -> unmask(request, values);
      case VLLM -> vllm(request, values);
      case TENSORRT_LLM -> tensorRtLlm(request, values);
    };
  }

  private static EncodedRequest unmask(GenerateRequest request, Map<String, Object> values) {
    values.put("return_finish_reason", true);
    values.put("return_num_input_tokens", true);
    values.put("return_num_output_tokens", true);
    values.put("return_perf_metrics", true);
    flag(values, "return_output_ids", request.wantsTokenIds());
    flag(values, "return_logprobs", request.wantsLogprobs());
    flag(values, "return_cumulative_logprob", request.wantsLogprobs());
    flag(values, "stream_blocks", request.wantsBlockSnapshots());
    EncodedRequest encoded = encode(values);
    request.inputIds().ifPresent(ids -> encoded.tensors.add(Tensor.ofInts("input_ids", ids)));
    return encoded;
  }

  private static EncodedRequest vllm(GenerateRequest request, Map<String, Object> values) {
    refuse(request, "input_ids", request.inputIds());
    Map<String, Object> sampling = new LinkedHashMap<>();
    Map<String, Object> inputs = new LinkedHashMap<>();
    values.forEach(
        (name, value) -> {
          if (name.equals("stop_words")) {
            sampling.put("stop", value);
          } else if (ParameterTypes.VLLM_SAMPLING.contains(name)) {
            sampling.put(name, value);
          } else {
            known(request, ParameterTypes.VLLM_INPUTS, name, value);
            inputs.put(name, value);
          }
        });
    if (!sampling.isEmpty()) {
      inputs.put("sampling_parameters", Json.text(sampling));
    }
    inputs.putIfAbsent("exclude_input_in_output", true);
    inputs.put("return_finish_reason", true);
    inputs.put("return_num_input_tokens", true);
    inputs.put("return_num_output_tokens", true);
    flag(inputs, "return_logprobs", request.wantsLogprobs());
    flag(inputs, "return_cumulative_logprob", request.wantsLogprobs());
    return encode(inputs);
  }

  private static EncodedRequest tensorRtLlm(GenerateRequest request, Map<String, Object> values) {
    refuse(request, "input_ids", request.inputIds());
    values.forEach((name, value) -> known(request, ParameterTypes.TENSORRT_LLM, name, value));
    values.putIfAbsent("exclude_input_in_output", true);
    flag(values, "return_log_probs", request.wantsLogprobs());
    EncodedRequest flat = encode(values);
    // A batch of one.
    return new EncodedRequest(
        flat.tensors.stream().map(t -> t.withShape(1, t.elements())).toList(), flat.parameters);
  }

  private static void flag(Map<String, Object> values, String name, boolean wanted) {
    if (wanted) {
      values.put(name, true);
    }
  }

  private static void refuse(GenerateRequest request, String name, Optional<?> value) {
    Checks.require(value.isEmpty(), name + " is no input of format " + request.format());
  }

  private static void known(GenerateRequest request, Set<String> names, String name, Object value) {
    Checks.require(
        names.contains(name), name + "=" + value + " is no input of format " + request.format());
  }

  private static EncodedRequest encode(Map<String, Object> values) {
    List<Tensor> tensors = new ArrayList<>(values.size() + 1);
    Map<String, Object> parameters = new LinkedHashMap<>();
    values.forEach(
        (name, value) -> {
          Datatype type = ParameterTypes.of(name);
          if (type == null) {
            Checks.require(
                !(value instanceof List), name + "=" + value + " is a list and no known input");
            parameters.put(name, value instanceof Integer i ? Long.valueOf(i) : value);
          } else {
            tensors.add(tensor(name, type, value));
          }
        });
    return new EncodedRequest(tensors, parameters);
  }

  private static Tensor tensor(String name, Datatype type, Object value) {
    if (type == Datatype.BOOL && value instanceof Boolean bool) {
      return Tensor.ofBools(name, bool);
    }
    if (type == Datatype.BYTES && value instanceof String text) {
      return Tensor.ofStrings(name, text);
    }
    if (type == Datatype.BYTES && value instanceof List<?> list) {
      return Tensor.ofStrings(name, list.stream().map(String::valueOf).toArray(String[]::new));
    }
    if (type == Datatype.FP32 && value instanceof Number number) {
      return Tensor.ofFloats(name, number.floatValue());
    }
    if (type == Datatype.INT32 && value instanceof Integer number) {
      return Tensor.ofInts(name, number);
    }
    if (type == Datatype.INT32
        && value instanceof List<?> list
        && list.stream().allMatch(Integer.class::isInstance)) {
      return Tensor.ofInts(name, list.stream().mapToInt(e -> ((Number) e).intValue()).toArray());
    }
    if (type == Datatype.UINT64 && value instanceof Number number) {
      return Tensor.ofLongs(name, Datatype.UINT64, number.longValue());
    }
    throw Checks.invalid(name + "=" + value + " does not suit an input of type " + type);
  }
}
