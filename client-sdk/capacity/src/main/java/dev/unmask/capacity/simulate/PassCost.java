package dev.unmask.capacity.simulate;

import dev.unmask.scheduler.StepPlan;
import dev.unmask.scheduler.UnmaskException;
import java.util.Map;

/**
 * How long a forward pass takes: a roofline (Williams et al., 2009) of reading and arithmetic, and
 * what every pass and layer costs beside. Immutable.
 */
public final class PassCost {
  private static final Map<String, Double> BYTES =
      Map.of("fp32", 4.0, "fp16", 2.0, "bf16", 2.0, "int8", 1.0);

  /** Of keys, values and the embedding, where they are not in the type of the weights. */
  private static final Map<String, Double> KV_BYTES = Map.of("int8", 4.0);

  private final Hardware hardware;
  private final ModelShape shape;
  private final int rowPositions;
  private final String dtype;
  private final double weightBytes;
  private final double kvBytes;
  private final double flops;

  /**
   * Makes one.
   *
   * @param dtype of the weights, and of keys and values, which are fp32 beside int8
   * @param rowPositions of the cache that attention goes over in each row, filled or not; 0 for
   *     those that are filled
   * @throws UnmaskException INVALID_ARGUMENT for a type that is not known
   */
  public PassCost(Hardware hardware, ModelShape shape, String dtype, int rowPositions) {
    this.rowPositions = rowPositions;
    this.dtype = dtype;
    this.hardware = hardware;
    this.shape = shape;
    this.flops = hardware.flops(dtype);
    this.weightBytes = BYTES.get(dtype);
    this.kvBytes = KV_BYTES.getOrDefault(dtype, weightBytes);
  }

  /** Time of a plan's rows in seconds. */
  public double seconds(StepPlan plan) {
    if (plan.rowCount() == 0) {
      return 0;
    }
    return seconds(PassLoad.of(plan, shape, rowPositions));
  }

  double seconds(PassLoad load) {
    double reading = bytes(load) / (hardware.memoryBytesPerSecond() * hardware.efficiency());
    double arithmetic =
        (load.matrixFlops() / flops + load.attentionFlops() / hardware.attentionFlops())
            / hardware.efficiency();
    double longer = Math.max(reading, arithmetic);
    double shorter = Math.min(reading, arithmetic);
    return hardware.secondsPerPass()
        + hardware.secondsPerLayer() * shape.layers()
        + longer
        + (1 - hardware.overlap()) * shorter;
  }

  private double bytes(PassLoad load) {
    return bytes(load, weightBytes, kvBytes);
  }

  /**
   * Refuses a type that is not known.
   *
   * @throws UnmaskException INVALID_ARGUMENT naming those that are
   */
  static void checkType(String dtype) {
    if (!BYTES.containsKey(dtype)) {
      throw UnmaskException.invalid(
          "dtype=" + dtype + " is none of " + BYTES.keySet().stream().sorted().toList());
    }
  }

  /** What a pass reads and writes where weights, keys and values are of a type. */
  static double bytes(PassLoad load, String dtype) {
    double weight = BYTES.get(dtype);
    return bytes(load, weight, KV_BYTES.getOrDefault(dtype, weight));
  }

  private static double bytes(PassLoad load, double weightBytes, double kvBytes) {
    return load.weightElements() * weightBytes + load.kvElements() * kvBytes;
  }

  /** Positions of each row that attention goes over; 0 for those that are filled. */
  public int rowPositions() {
    return rowPositions;
  }

  /** Bytes of all weights. */
  public double modelBytes() {
    double embedding = KV_BYTES.getOrDefault(dtype, weightBytes);
    return (shape.layerWeights() + shape.headWeights()) * weightBytes
        + shape.headWeights() * embedding;
  }

  /** Bytes of keys and values of one position. */
  public double kvBytesPerPosition() {
    return shape.kvElements() * kvBytes;
  }
}
