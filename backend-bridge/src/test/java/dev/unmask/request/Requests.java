package dev.unmask.request;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Builds inference requests for tests. */
final class Requests {
  private final List<Tensor> inputs = new ArrayList<>();
  private final Map<String, Object> parameters = new HashMap<>();
  private final Set<String> outputs = new HashSet<>();

  private Requests() {}

  /** A request without a prompt. */
  static Requests empty() {
    return new Requests();
  }

  /** A request with the prompt {@code hello}. */
  static Requests prompt() {
    return empty().input(Tensor.ofStrings("text_input", "hello"));
  }

  /** A request with the JSON of {@code messages}. */
  static Requests conversation(String json) {
    return empty().input(Tensor.ofStrings("messages", json));
  }

  Requests input(Tensor tensor) {
    inputs.add(tensor);
    return this;
  }

  /** The JSON of {@code sampling_parameters}. */
  Requests sampling(String json) {
    return input(Tensor.ofStrings("sampling_parameters", json));
  }

  Requests parameter(String name, Object value) {
    parameters.put(name, value);
    return this;
  }

  Requests output(String... names) {
    outputs.addAll(List.of(names));
    return this;
  }

  Requests stream() {
    return input(Tensor.ofBools("stream", true));
  }

  Requests flag(String name) {
    return input(Tensor.ofBools(name, true));
  }

  InferRequest build() {
    return new InferRequest("r1", parameters, inputs, outputs, 17);
  }
}
