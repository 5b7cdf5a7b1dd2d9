package dev.unmask.request;

import dev.unmask.repository.TensorSpec;
import dev.unmask.repository.TensorSpecs;
import dev.unmask.scheduler.UnmaskException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The input tensors of one request, checked against {@link TensorSpecs}: known by name, given once,
 * of the declared type and shape. A single value has shape [1] or [1,1], a list [n] or [1,n].
 */
final class RequestTensors {
  private static final Map<String, TensorSpec> SPECS =
      TensorSpecs.INPUTS.stream().collect(Collectors.toMap(TensorSpec::name, Function.identity()));

  /** Whose length is that of a prompt. */
  private static final String PROMPT = "input_ids";

  /** Most elements of any other list, each of which becomes an object. */
  private static final int MAX_ELEMENTS = 4096;

  private final Map<String, Tensor> tensors;

  private RequestTensors(Map<String, Tensor> tensors) {
    this.tensors = tensors;
  }

  /**
   * Checks the inputs of a request.
   *
   * @param model name of the model, for messages
   * @throws UnmaskException INVALID_ARGUMENT naming the input
   */
  static RequestTensors of(String model, List<Tensor> inputs) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (Tensor tensor : inputs) {
      TensorSpec spec = SPECS.get(tensor.name());
      if (spec == null) {
        throw UnmaskException.invalid(
            "unexpected inference input '" + tensor.name() + "' for model '" + model + "'");
      }
      if (tensors.put(tensor.name(), tensor) != null) {
        throw UnmaskException.invalid("input '" + tensor.name() + "' already exists in request");
      }
      check(model, spec, tensor);
    }
    return new RequestTensors(tensors);
  }

  private static void check(String model, TensorSpec spec, Tensor tensor) {
    if (tensor.datatype() != spec.type()) {
      throw UnmaskException.invalid(
          "inference input '"
              + tensor.name()
              + "' data-type is '"
              + tensor.datatype()
              + "', but model '"
              + model
              + "' expects '"
              + spec.type()
              + "'");
    }
    long[] shape = tensor.shape();
    boolean flat = shape.length == 1 || (shape.length == 2 && shape[0] == 1);
    if (!flat || (spec.isScalar() && tensor.elements() != 1)) {
      throw UnmaskException.invalid(
          "unexpected shape for input '"
              + tensor.name()
              + "' for model '"
              + model
              + "'. Expected ["
              + spec.dim()
              + "], got "
              + Arrays.toString(shape).replace(" ", ""));
    }
    if (tensor.elements() > MAX_ELEMENTS && !tensor.name().equals(PROMPT)) {
      throw UnmaskException.invalid(
          "input '"
              + tensor.name()
              + "' has "
              + tensor.elements()
              + " elements, more than "
              + MAX_ELEMENTS);
    }
  }

  /** Whether an input is given. */
  boolean has(String name) {
    return tensors.containsKey(name);
  }

  /** The text of a single element; null where the input is not given. */
  String text(String name) {
    Tensor tensor = tensors.get(name);
    return tensor == null ? null : text(tensor, 0);
  }

  /** The elements of a list of INT32; null where the input is not given. */
  int[] ints(String name) {
    Tensor tensor = tensors.get(name);
    if (tensor == null) {
      return null;
    }
    int[] values = new int[tensor.elements()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (int) tensor.integer(i);
    }
    return values;
  }

  /**
   * The values of those inputs that are given, by name: Boolean, Long (of UINT64 the bits), Double,
   * String, or a List of these for an input of any length. An FP32 counts as the shortest decimal
   * number that it stands for: 0.9f is 0.9, so that a threshold means the same in a tensor as in
   * JSON.
   *
   * @param names inputs to take
   */
  Map<String, Object> values(Iterable<String> names) {
    Map<String, Object> values = new HashMap<>();
    for (String name : names) {
      Tensor tensor = tensors.get(name);
      if (tensor != null) {
        values.put(name, SPECS.get(name).isScalar() ? element(tensor, 0) : elements(tensor));
      }
    }
    return values;
  }

  private static List<Object> elements(Tensor tensor) {
    List<Object> list = new ArrayList<>(tensor.elements());
    for (int i = 0; i < tensor.elements(); i++) {
      list.add(element(tensor, i));
    }
    return list;
  }

  private static Object element(Tensor tensor, int i) {
    if (tensor.datatype() == Datatype.BOOL) {
      return tensor.bool(i);
    }
    if (tensor.datatype() == Datatype.BYTES) {
      return text(tensor, i);
    }
    if (tensor.datatype().isInteger()) {
      return tensor.integer(i);
    }
    return Double.parseDouble(Float.toString((float) tensor.real(i)));
  }

  private static String text(Tensor tensor, int i) {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(tensor.bytes(i)))
          .toString();
    } catch (CharacterCodingException e) {
      throw UnmaskException.invalid("input '" + tensor.name() + "' is not valid UTF-8");
    }
  }
}
