package dev.unmask.client;

import java.util.List;

/**
 * What a model takes and gives.
 *
 * @param name its name
 * @param versions versions that are ready
 * @param platform its platform
 * @param inputs its inputs
 * @param outputs its outputs
 */
public record ModelMetadata(
    String name,
    List<String> versions,
    String platform,
    List<TensorMetadata> inputs,
    List<TensorMetadata> outputs) {
  /**
   * Makes the lists unmodifiable.
   *
   * @param name its name
   * @param versions versions that are ready
   * @param platform its platform
   * @param inputs its inputs
   * @param outputs its outputs
   */
  public ModelMetadata {
    versions = List.copyOf(versions);
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
  }

  /**
   * What a tensor is.
   *
   * @param name its name
   * @param datatype type of its elements
   * @param shape its dimensions, -1 for any size
   */
  public record TensorMetadata(String name, Datatype datatype, List<Long> shape) {
    /**
     * Makes the list unmodifiable.
     *
     * @param name its name
     * @param datatype type of its elements
     * @param shape its dimensions, -1 for any size
     */
    public TensorMetadata {
      shape = List.copyOf(shape);
    }
  }
}
