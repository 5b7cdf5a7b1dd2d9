package dev.unmask.request;

import dev.unmask.repository.TensorSpec;
import dev.unmask.repository.TensorSpecs;
import dev.unmask.scheduler.UnmaskException;
import java.math.BigInteger;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads what an {@link InferRequest} asks for. A value is taken from its input tensor, else from
 * the JSON of {@code sampling_parameters}, else from the request parameters; where none of them has
 * it, the model's default applies. Values of decoding parameters are passed on as they are: {@link
 * dev.unmask.scheduler.parameters.ParameterParser} checks them. Immutable; any thread.
 */
final class TensorRequestReader {
  private static final Logger LOG = LoggerFactory.getLogger(TensorRequestReader.class);

  /** Inputs that are given as tensors only. */
  private static final Set<String> TENSORS_ONLY =
      Set.of("text_input", "messages", "input_ids", "sampling_parameters");

  /** Of these a request gives one. */
  private static final List<String> PROMPTS = List.of("text_input", "messages", "input_ids");

  private static final List<String> TENSOR_VALUES =
      TensorSpecs.INPUTS.stream()
          .map(TensorSpec::name)
          .filter(name -> !TENSORS_ONLY.contains(name))
          .toList();

  /** What is read from {@code sampling_parameters}. */
  private static final Set<String> SAMPLING_VALUES =
      Stream.of(TENSOR_VALUES, List.of("stop"), UnsupportedParameters.NAMES)
          .flatMap(Collection::stream)
          .collect(Collectors.toUnmodifiableSet());

  /** What is read from request parameters. */
  private static final Set<String> PARAMETER_VALUES =
      Stream.concat(SAMPLING_VALUES.stream(), Stream.of("priority", "timeout"))
          .collect(Collectors.toUnmodifiableSet());

  /** Parameters of the protocol that mean nothing here, or are the edges' business. */
  private static final Set<String> PROTOCOL_PARAMETERS =
      Set.of("sequence_id", "sequence_start", "sequence_end", "headers", "binary_data_output");

  private static final String PROTOCOL_PREFIX = "triton_";

  private final String model;
  private final boolean decoupled;

  /**
   * @param model name of the model, for messages
   * @param decoupled whether a request may have any number of responses
   */
  TensorRequestReader(String model, boolean decoupled) {
    this.model = model;
    this.decoupled = decoupled;
  }

  /**
   * Reads and checks a request.
   *
   * @throws UnmaskException INVALID_ARGUMENT naming the input, output or parameter
   */
  TensorRequest read(InferRequest request) {
    RequestTensors tensors = RequestTensors.of(model, request.inputs());
    RequestValues values = values(request, tensors);
    UnsupportedParameters.refuse(values);
    EnumSet<Output> outputs = OutputSelection.of(model, request.requestedOutputs(), values);

    boolean stream = stream(values);
    String text = tensors.text("text_input");
    int[] inputIds = tensors.ints("input_ids");
    checkPrompt(tensors, values);
    GenerationInput input =
        new GenerationInput(
            request.requestId(),
            text,
            MessagesJson.parse(tensors.text("messages")),
            inputIds,
            values.flag("raw_prompt"),
            decodingParameters(values),
            texts(values, "stop_words", "stop"),
            values.texts("bad_words"),
            stream,
            outputs.contains(Output.BLOCK_SNAPSHOT),
            logprobs(values, outputs),
            priority(values),
            values.count("timeout", Long.MAX_VALUE, 0),
            request.arrivalNanos());
    return new TensorRequest(input, outputs, echo(values, text, stream));
  }

  private static void checkPrompt(RequestTensors tensors, RequestValues values) {
    List<String> given = PROMPTS.stream().filter(tensors::has).toList();
    if (given.isEmpty()) {
      throw UnmaskException.invalid("none of text_input, messages and input_ids is given");
    }
    if (given.size() > 1) {
      throw UnmaskException.invalid(
          given.size() == 2
              ? String.join(" and ", given) + " are both given"
              : "text_input, messages and input_ids are all given");
    }
    if (tensors.has("messages") && values.flag("raw_prompt")) {
      throw UnmaskException.invalid("raw_prompt=true needs text_input");
    }
  }

  private RequestValues values(InferRequest request, RequestTensors tensors) {
    RequestValues values = new RequestValues();
    Map<String, Object> parameters = new HashMap<>(request.parameters());
    parameters
        .keySet()
        .removeIf(name -> PROTOCOL_PARAMETERS.contains(name) || name.startsWith(PROTOCOL_PREFIX));
    values.override(known(request, "request parameters", parameters, PARAMETER_VALUES));
    Map<String, Object> sampling = SamplingJson.parse(tensors.text("sampling_parameters"));
    values.override(known(request, "sampling_parameters", sampling, SAMPLING_VALUES));
    values.override(tensors.values(TENSOR_VALUES));
    return values;
  }

  private Map<String, Object> known(
      InferRequest request, String source, Map<String, Object> values, Set<String> names) {
    Map<String, Object> known = new HashMap<>();
    values.forEach(
        (name, value) -> {
          if (names.contains(name)) {
            known.put(name, value);
          } else {
            LOG.debug(
                "model {} request {}: {}: {} is ignored", model, request.requestId(), source, name);
          }
        });
    return known;
  }

  private boolean stream(RequestValues values) {
    boolean stream = values.flag("stream");
    if (stream && !decoupled) {
      throw UnmaskException.invalid("Streaming is only supported in decoupled mode.");
    }
    if (!stream && values.flag("stream_blocks")) {
      throw UnmaskException.invalid("stream_blocks=true needs stream=true");
    }
    return stream;
  }

  private static String echo(RequestValues values, String text, boolean stream) {
    if (values.flag("exclude_input_in_output", true)) {
      return "";
    }
    if (stream) {
      throw UnmaskException.invalid(
          "When streaming, `exclude_input_in_output` = False is not allowed.");
    }
    if (text == null) {
      throw UnmaskException.invalid("exclude_input_in_output=false needs text_input");
    }
    return text;
  }

  private static Map<String, Object> decodingParameters(RequestValues values) {
    Map<String, Object> parameters = new HashMap<>();
    for (TensorSpec spec : TensorSpecs.PARAMETER_INPUTS) {
      Object value = values.get(spec.name());
      if (value != null) {
        parameters.put(spec.name(), value);
      }
    }
    Object minLength = values.get("min_length");
    if (minLength != null) {
      Object minTokens = parameters.putIfAbsent("min_tokens", minLength);
      if (minTokens != null && !minTokens.toString().equals(minLength.toString())) {
        throw UnmaskException.invalid(
            "min_tokens=" + minTokens + " and min_length=" + minLength + " differ");
      }
    }
    parameters.computeIfPresent("seed", (name, seed) -> seed(seed));
    return Map.copyOf(parameters);
  }

  /** A seed has 64 bits. As text or in JSON it may be beyond the signed range. */
  private static Object seed(Object value) {
    if (value instanceof BigInteger || value instanceof String) {
      String digits = value.toString().strip();
      if (!digits.startsWith("-")) {
        try {
          return Long.parseUnsignedLong(digits);
        } catch (NumberFormatException e) {
          throw UnmaskException.invalid("seed=" + value + " is not an integer of 64 bits");
        }
      }
    }
    return value;
  }

  private static List<String> texts(RequestValues values, String name, String synonym) {
    return Stream.concat(values.texts(name).stream(), values.texts(synonym).stream()).toList();
  }

  /** Records no log-probabilities unless an output wants them. */
  private static int logprobs(RequestValues values, EnumSet<Output> outputs) {
    Object given = values.get("logprobs");
    long alternatives =
        given instanceof Boolean ? 0 : values.count("logprobs", Integer.MAX_VALUE, 0);
    return outputs.contains(Output.LOGPROBS) || outputs.contains(Output.CUMULATIVE_LOGPROB)
        ? (int) alternatives
        : -1;
  }

  private static int priority(RequestValues values) {
    String name = values.get("request_priority") == null ? "priority" : "request_priority";
    return (int) values.count(name, Integer.MAX_VALUE, 0);
  }
}
