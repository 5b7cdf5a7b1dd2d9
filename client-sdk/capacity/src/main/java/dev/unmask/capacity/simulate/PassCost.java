package dev.unmask.capacity.simulate;

import dev.unmask.scheduler.StepPlan;
import java.util.Map;

/**
 * How long a forward pass takes: a roofline (Williams et al., 2009) of reading and arithmetic, and
 * what every pass and layer costs beside. Immutable.
 */
public final class PassCost {
  private static final Map<String, Double> BYTES =
      Map.of("fp32", 4.0, "fp16", 2.0, "bf16", 2.0, "int8", 1.0);

  private final Hardware hardware;
  private final ModelShape shape;
  private final double weightBytes;
  private final double kvBytes;
  private final double flops;

  /**
   * Makes one.
   *
   * @param dtype of the weights; keys and values are of the same, but no narrower than 16 bits
   * @throws dev.unmask.scheduler.UnmaskException INVALID_ARGUMENT for a type that is not known
   */
  public PassCost(Hardware hardware, ModelShape shape, String dtype) {
    this.hardware = hardware;
    this.shape = shape;
    this.flops = hardware.flops(dtype);
    this.weightBytes = BYTES.get(dtype);
    this.kvBytes = Math.max(2, weightBytes);
  }

  /** Time of a plan's rows in seconds. */
  public double seconds(StepPlan plan) {
    if (plan.rowCount() == 0) {
      return 0;
    }
    return seconds(PassLoad.of(plan, shape));
  }

  double seconds(PassLoad load) {
    double reading =
        (load.weightElements() * weightBytes + load.kvElements() * kvBytes)
            / (hardware.memoryBytesPerSecond() * hardware.efficiency());
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

  /** Bytes of all weights. */
  public double modelBytes() {
    return shape.parameters() * weightBytes;
  }

  /** Bytes of keys and values of one position. */
  public double kvBytesPerPosition() {
    return shape.kvElements() * kvBytes;
  }
}
