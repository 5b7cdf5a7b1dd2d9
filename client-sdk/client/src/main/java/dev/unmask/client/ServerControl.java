package dev.unmask.client;

import dev.unmask.client.internal.ClientCore;
import dev.unmask.client.internal.ControlOperations;
import dev.unmask.client.internal.Operation;
import java.util.List;
import java.util.Map;

/**
 * Questions about a server and its models, and orders to it. With several endpoints each goes to
 * one of them. All methods wait for the answer and throw an {@link UnmaskClientException} where
 * there is none. Thread-safe.
 */
public final class ServerControl {
  private final ClientCore core;

  ServerControl(ClientCore core) {
    this.core = core;
  }

  private <R> R ask(Operation<R> operation) {
    return core.await(operation);
  }

  /**
   * Whether the server lives.
   *
   * @return as it says
   */
  public boolean isLive() {
    return ask(ControlOperations.serverLive());
  }

  /**
   * Whether the server takes requests.
   *
   * @return as it says
   */
  public boolean isReady() {
    return ask(ControlOperations.serverReady());
  }

  /**
   * Whether a model takes requests.
   *
   * @param model its name
   * @return as the server says
   */
  public boolean isModelReady(String model) {
    return isModelReady(model, "");
  }

  /**
   * Whether a version of a model takes requests.
   *
   * @param model its name
   * @param version a number as text; empty for any
   * @return as the server says
   */
  public boolean isModelReady(String model, String version) {
    return ask(ControlOperations.modelReady(model, version));
  }

  /**
   * What the server is.
   *
   * @return its metadata
   */
  public ServerMetadata metadata() {
    return ask(ControlOperations.serverMetadata());
  }

  /**
   * What a model takes and gives.
   *
   * @param model its name
   * @return its metadata
   */
  public ModelMetadata modelMetadata(String model) {
    return modelMetadata(model, "");
  }

  /**
   * What a version of a model takes and gives.
   *
   * @param model its name
   * @param version a number as text; empty for any
   * @return its metadata
   */
  public ModelMetadata modelMetadata(String model, String version) {
    return ask(ControlOperations.modelMetadata(model, version));
  }

  /**
   * A model's configuration.
   *
   * @param model its name
   * @return the configuration, as the server has completed it
   */
  public ModelConfig modelConfig(String model) {
    return modelConfig(model, "");
  }

  /**
   * The configuration of a version of a model.
   *
   * @param model its name
   * @param version a number as text; empty for any
   * @return the configuration, as the server has completed it
   */
  public ModelConfig modelConfig(String model, String version) {
    return ask(ControlOperations.modelConfig(model, version));
  }

  /**
   * What all models have done.
   *
   * @return statistics of every version that is ready
   */
  public List<ModelStatistics> statistics() {
    return ask(ControlOperations.statistics("", ""));
  }

  /**
   * What a model has done.
   *
   * @param model its name
   * @param version a number as text; empty for all
   * @return statistics of its versions
   */
  public List<ModelStatistics> statistics(String model, String version) {
    return ask(ControlOperations.statistics(model, version));
  }

  /**
   * The models of the server's repository.
   *
   * @param readyOnly whether only those that are ready are told
   * @return one for each version
   */
  public List<RepositoryModel> repositoryIndex(boolean readyOnly) {
    return ask(ControlOperations.repositoryIndex(readyOnly));
  }

  /**
   * Loads a model, or loads it again; returns when it is ready.
   *
   * @param model its name
   */
  public void load(String model) {
    load(model, null, Map.of());
  }

  /**
   * Loads a model with another configuration and, if there are any, other files.
   *
   * @param model its name
   * @param config the configuration as JSON; null for that of the repository
   * @param files contents by path, such as {@code 1/model.onnx}; they need a configuration
   */
  public void load(String model, String config, Map<String, byte[]> files) {
    ask(ControlOperations.load(model, config, files));
  }

  /**
   * Unloads a model.
   *
   * @param model its name
   */
  public void unload(String model) {
    unload(model, false);
  }

  /**
   * Unloads a model.
   *
   * @param model its name
   * @param dependents whether the models that it is made of are unloaded too
   */
  public void unload(String model, boolean dependents) {
    ask(ControlOperations.unload(model, dependents));
  }
}
