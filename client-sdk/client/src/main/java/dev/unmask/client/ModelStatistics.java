package dev.unmask.client;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * What a model has done since it was loaded.
 *
 * @param name its name
 * @param version its version
 * @param lastInference when it last served a request; the start of 1970 where it never did
 * @param inferenceCount requests served, each element of a batch counting
 * @param executionCount executions of the model
 * @param inference by what was counted: {@code success}, {@code fail}, {@code queue}, {@code
 *     compute_input}, {@code compute_infer}, {@code compute_output}, {@code cache_hit}, {@code
 *     cache_miss}
 * @param responses the same of the n-th responses of decoupled models, by n as text
 * @param batches executions by their batch size
 */
public record ModelStatistics(
    String name,
    String version,
    Instant lastInference,
    long inferenceCount,
    long executionCount,
    Map<String, Total> inference,
    Map<String, Map<String, Total>> responses,
    List<Batch> batches) {
  /**
   * Makes what is modifiable unmodifiable.
   *
   * @param name its name
   * @param version its version
   * @param lastInference when it last served a request; the start of 1970 where it never did
   * @param inferenceCount requests served, each element of a batch counting
   * @param executionCount executions of the model
   * @param inference by what was counted: {@code success}, {@code fail}, {@code queue}, {@code
   *     compute_input}, {@code compute_infer}, {@code compute_output}, {@code cache_hit}, {@code
   *     cache_miss}
   * @param responses the same of the n-th responses of decoupled models, by n as text
   * @param batches executions by their batch size
   */
  public ModelStatistics {
    inference = Map.copyOf(inference);
    responses = Map.copyOf(responses);
    batches = List.copyOf(batches);
  }

  /**
   * How often something happened, and how long it took in all.
   *
   * @param count how often
   * @param duration how long in all
   */
  public record Total(long count, Duration duration) {}

  /**
   * Executions of one batch size.
   *
   * @param size the batch size
   * @param compute by what was counted: {@code compute_input}, {@code compute_infer}, {@code
   *     compute_output}
   */
  public record Batch(long size, Map<String, Total> compute) {
    /**
     * Makes the map unmodifiable.
     *
     * @param size the batch size
     * @param compute by what was counted: {@code compute_input}, {@code compute_infer}, {@code
     *     compute_output}
     */
    public Batch {
      compute = Map.copyOf(compute);
    }
  }
}
