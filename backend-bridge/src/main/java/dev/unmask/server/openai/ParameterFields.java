package dev.unmask.server.openai;

import com.fasterxml.jackson.databind.JsonNode;
import dev.unmask.repository.TensorSpec;
import dev.unmask.repository.TensorSpecs;
import dev.unmask.request.Datatype;
import dev.unmask.request.Fields;
import dev.unmask.scheduler.UnmaskException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Reads the decoding parameters of a request: those that every protocol of this server takes, by
 * the same names. JSON types are checked here, ranges by {@link
 * dev.unmask.scheduler.parameters.ParameterParser}. What is not given is left to the model, which
 * decodes greedily unless its own defaults say otherwise.
 */
final class ParameterFields {
  private static final String MAX_TOKENS = "max_tokens";
  private static final String MAX_COMPLETION_TOKENS = "max_completion_tokens";
  private static final String SEED = "seed";

  private ParameterFields() {}

  /**
   * The parameters by name: String, Number, Boolean or List.
   *
   * @throws UnmaskException INVALID_ARGUMENT naming the field
   */
  static Map<String, Object> read(Fields fields) {
    Map<String, Object> parameters = new HashMap<>();
    for (TensorSpec spec : TensorSpecs.PARAMETER_INPUTS) {
      Object value = value(fields, spec);
      if (value != null) {
        parameters.put(spec.name(), value);
      }
    }
    maxCompletionTokens(fields, parameters);
    // Greedy decoding draws nothing; a request that samples expects another answer each time.
    if (parameters.get("temperature") instanceof Number temperature
        && temperature.doubleValue() > 0) {
      parameters.computeIfAbsent(SEED, name -> ThreadLocalRandom.current().nextLong());
    }
    return parameters;
  }

  private static Object value(Fields fields, TensorSpec spec) {
    String name = spec.name();
    if (!spec.isScalar()) {
      JsonNode node = fields.get(name);
      return node == null ? null : integers(fields, name, node);
    }
    if (spec.type() == Datatype.BYTES) {
      return fields.text(name);
    }
    if (spec.type() == Datatype.BOOL) {
      return fields.get(name) == null ? null : fields.flag(name, false);
    }
    return fields.number(name);
  }

  private static List<Number> integers(Fields fields, String name, JsonNode node) {
    if (!node.isArray()) {
      throw fields.wrong(name, node, "is not an array of integers");
    }
    List<Number> integers = new ArrayList<>(node.size());
    for (int i = 0; i < node.size(); i++) {
      integers.add(Fields.number(name + "[" + i + "]", node.get(i)));
    }
    return integers;
  }

  private static void maxCompletionTokens(Fields fields, Map<String, Object> parameters) {
    Number given = fields.number(MAX_COMPLETION_TOKENS);
    if (given == null) {
      return;
    }
    Object other = parameters.putIfAbsent(MAX_TOKENS, given);
    if (other != null && !other.equals(given)) {
      throw UnmaskException.invalid(
          MAX_COMPLETION_TOKENS + "=" + given + " and " + MAX_TOKENS + "=" + other + " differ");
    }
  }
}
