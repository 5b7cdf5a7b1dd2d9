package dev.unmask.client;

import dev.unmask.client.internal.Checks;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Tensors for any model of a KServe v2 server. Immutable. */
public final class InferRequest {
  private final String model;
  private final String modelVersion;
  private final String requestId;
  private final List<Tensor> inputs;
  private final List<String> outputs;
  private final Map<String, Object> parameters;
  private final Duration timeout;

  private InferRequest(Builder builder) {
    model = builder.model;
    modelVersion = builder.modelVersion;
    requestId = builder.requestId;
    inputs = List.copyOf(builder.inputs);
    outputs = List.copyOf(builder.outputs);
    parameters = Collections.unmodifiableMap(new LinkedHashMap<>(builder.parameters));
    timeout = builder.timeout;
  }

  /**
   * Begins a request.
   *
   * @param model name of the model
   * @return a builder without inputs
   */
  public static Builder builder(String model) {
    return new Builder(model);
  }

  /**
   * The model.
   *
   * @return its name
   */
  public String model() {
    return model;
  }

  /**
   * The version of the model.
   *
   * @return empty where the server is to choose
   */
  public String modelVersion() {
    return modelVersion;
  }

  /**
   * The request's id.
   *
   * @return may be empty
   */
  public String requestId() {
    return requestId;
  }

  /**
   * The inputs.
   *
   * @return in the order they were added
   */
  public List<Tensor> inputs() {
    return inputs;
  }

  /**
   * Names of the outputs that are wanted.
   *
   * @return empty for all
   */
  public List<String> outputs() {
    return outputs;
  }

  /**
   * The request's parameters.
   *
   * @return unmodifiable: String, Boolean, Long or Double by name
   */
  public Map<String, Object> parameters() {
    return parameters;
  }

  /**
   * How long the request may take in all.
   *
   * @return empty for the client's own timeout
   */
  public Optional<Duration> timeout() {
    return Optional.ofNullable(timeout);
  }

  @Override
  public String toString() {
    return "InferRequest[model=" + model + ", requestId=" + requestId + ", inputs=" + inputs + "]";
  }

  /** Collects what a request says. Not thread-safe. */
  public static final class Builder {
    private final String model;
    private String modelVersion = "";
    private String requestId = "";
    private final List<Tensor> inputs = new ArrayList<>();
    private final List<String> outputs = new ArrayList<>();
    private final Map<String, Object> parameters = new LinkedHashMap<>();
    private Duration timeout;

    private Builder(String model) {
      this.model = Objects.requireNonNull(model, "model");
      Checks.require(!model.isEmpty(), "model is empty");
    }

    /**
     * The version of the model.
     *
     * @param version a number as text; empty leaves the choice to the server
     * @return this
     */
    public Builder modelVersion(String version) {
      modelVersion = Objects.requireNonNull(version, "modelVersion");
      return this;
    }

    /**
     * An id of the caller's choice, which the server gives back.
     *
     * @param id any text
     * @return this
     */
    public Builder requestId(String id) {
      requestId = Objects.requireNonNull(id, "requestId");
      return this;
    }

    /**
     * Adds an input.
     *
     * @param tensor of a name that was not added yet
     * @return this
     */
    public Builder input(Tensor tensor) {
      for (Tensor other : inputs) {
        Checks.require(
            !other.name().equals(tensor.name()),
            "input '" + tensor.name() + "' already exists in request");
      }
      inputs.add(tensor);
      return this;
    }

    /**
     * Names the outputs that are wanted, instead of all.
     *
     * @param names added to those named before
     * @return this
     */
    public Builder outputs(String... names) {
      outputs.addAll(List.of(names));
      return this;
    }

    /**
     * Adds a parameter, such as {@code priority} or {@code sequence_id}.
     *
     * @param name its name
     * @param value String, Boolean, Integer, Long or Double
     * @return this
     */
    public Builder parameter(String name, Object value) {
      Object sent = value instanceof Integer number ? Long.valueOf(number) : value;
      Checks.require(
          sent instanceof String
              || sent instanceof Boolean
              || sent instanceof Long
              || sent instanceof Double,
          "parameter " + name + "=" + value + " is of no type that can be sent");
      parameters.put(name, sent);
      return this;
    }

    /**
     * How long the request may take in all.
     *
     * @param most instead of the client's timeout
     * @return this
     */
    public Builder timeout(Duration most) {
      Checks.require(
          !most.isNegative() && !most.isZero(), "timeout=" + most + " is not above zero");
      timeout = most;
      return this;
    }

    /**
     * The request.
     *
     * @return what was collected
     */
    public InferRequest build() {
      return new InferRequest(this);
    }
  }
}
