package dev.unmask.bridge.engine.tensorrt;

import dev.unmask.repository.ModelManifest;
import dev.unmask.scheduler.UnmaskException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What a model has of a TensorRT plan.
 *
 * @param detail why it is in that state, in one line
 */
public record PlanStatus(State state, String detail) {
  /** What may be done with a plan. */
  public enum State {
    /** There is none. */
    MISSING,
    /** It runs here. */
    FITS,
    /** It is of this graph, but there is no device here that says whether it fits. */
    UNKNOWN,
    /** It is of another graph than the model has now. */
    STALE,
    /** It is of this graph, but was built for another TensorRT or kind of device. */
    FOREIGN,
    /** Its manifest cannot be read. */
    DAMAGED
  }

  /**
   * Looks at the plan of a model, whatever the machine; its bytes are not read.
   *
   * @param device ordinal of the GPU that it is to run on
   */
  public static PlanStatus of(
      Path versionDirectory, ModelManifest model, GpuReport gpu, int device) {
    if (!PlanManifest.exists(versionDirectory)) {
      return new PlanStatus(State.MISSING, PlanFit.command(model.name()) + " builds it");
    }
    try {
      PlanManifest plan = PlanManifest.read(versionDirectory);
      Optional<String> stale = PlanFit.staleness(plan, model);
      if (stale.isPresent()) {
        return new PlanStatus(State.STALE, stale.get());
      }
      String built =
          "TensorRT " + plan.tensorRtVersion() + ", compute capability " + plan.computeCapability();
      if (!gpu.usable()) {
        return new PlanStatus(State.UNKNOWN, "built for " + built);
      }
      if (device >= gpu.devices().size()) {
        return new PlanStatus(
            State.FOREIGN,
            "device=" + device + ": this machine has " + gpu.devices().size() + " GPUs, from 0");
      }
      return PlanFit.foreignness(
              plan, gpu.tensorRtVersion(), gpu.devices().get(device).computeCapability())
          .map(reason -> new PlanStatus(State.FOREIGN, reason))
          .orElseGet(() -> new PlanStatus(State.FITS, built));
    } catch (UnmaskException e) {
      return new PlanStatus(State.DAMAGED, e.getMessage());
    }
  }
}
