package dev.unmask.it;

import dev.unmask.request.InferRequest;
import dev.unmask.request.Tensor;
import dev.unmask.scheduler.UnmaskException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Builds a request in tensors and sends it. */
final class Ask {
  private final String model;
  private String id = "";
  private final List<Tensor> inputs = new ArrayList<>();
  private final Map<String, Object> parameters = new HashMap<>();
  private final Set<String> outputs = new HashSet<>();

  private Ask(String model) {
    this.model = model;
  }

  /** A request without a prompt. */
  static Ask of(String model) {
    return new Ask(model);
  }

  /** The prompt of {@link ServedTest}. */
  static Ask prompt(String model) {
    return new Ask(model).text("text_input", ServedTest.PROMPT);
  }

  /** A conversation; each message has the members of its JSON. */
  static Ask conversation(String model, Map<?, ?>... messages) {
    return new Ask(model).text("messages", HttpClientFixture.write(messages));
  }

  /** Decodes for minutes if it is let. */
  static Ask endless(String model) {
    Map<String, Object> values = ServedTest.endless();
    values.remove("text_input");
    return prompt(model).sampling(HttpClientFixture.write(values)).stream();
  }

  /** A recorded run. */
  static Ask golden(GoldenLine line) {
    return new Ask(line.model())
        .with(Tensor.ofInts("input_ids", line.promptIds()))
        .flag("return_output_ids")
        .sampling(HttpClientFixture.write(line.parameters()));
  }

  Ask id(String value) {
    id = value;
    return this;
  }

  Ask with(Tensor input) {
    inputs.add(input);
    return this;
  }

  Ask text(String name, String... values) {
    return with(Tensor.ofStrings(name, values));
  }

  Ask number(String name, int value) {
    return with(Tensor.ofInts(name, value));
  }

  Ask real(String name, float value) {
    return with(Tensor.ofFloats(name, value));
  }

  Ask flag(String name) {
    return with(Tensor.ofBools(name, true));
  }

  Ask stream() {
    return flag("stream");
  }

  Ask sampling(String json) {
    return text("sampling_parameters", json);
  }

  Ask parameter(String name, Object value) {
    parameters.put(name, value);
    return this;
  }

  Ask outputs(String... names) {
    outputs.addAll(List.of(names));
    return this;
  }

  InferRequest request() {
    return new InferRequest(id, parameters, inputs, outputs, System.nanoTime());
  }

  String model() {
    return model;
  }

  /** Starts the request. */
  Answer start(ServingTarget target) {
    Answer answer = new Answer();
    try {
      answer.of(target.infer(model, request(), answer));
    } catch (UnmaskException e) {
      answer.refused(e);
    }
    return answer;
  }
}
