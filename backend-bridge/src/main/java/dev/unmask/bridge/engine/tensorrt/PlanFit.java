package dev.unmask.bridge.engine.tensorrt;

import dev.unmask.repository.ModelManifest;
import dev.unmask.scheduler.UnmaskException;
import java.util.Optional;

/**
 * Whether a plan is of a model's graph, and of this TensorRT and this kind of device: it runs only
 * where it was built. Stateless; any thread.
 */
final class PlanFit {
  private PlanFit() {}

  /**
   * Why a plan is not of the model's graph as it is now.
   *
   * @return empty where it is
   */
  static Optional<String> staleness(PlanManifest plan, ModelManifest model) {
    String graph = GraphHash.noted(model);
    if (!plan.graphSha256().equals(graph)) {
      return Optional.of(
          "built from another graph, graph_sha256=" + plan.graphSha256() + ", now " + graph);
    }
    if (!plan.dtype().equals(model.dtype())) {
      return Optional.of("dtype=" + plan.dtype() + ", the model's is " + model.dtype());
    }
    if (plan.capacity() != model.maxContext()) {
      return Optional.of(
          "capacity=" + plan.capacity() + ", the model's max_context is " + model.maxContext());
    }
    return Optional.empty();
  }

  /**
   * Why a plan does not run here.
   *
   * @param tensorRtVersion of the loaded library, such as 11.2.1
   * @param computeCapability of the device, such as 9.0
   * @return empty where it does
   */
  static Optional<String> foreignness(
      PlanManifest plan, String tensorRtVersion, String computeCapability) {
    if (!plan.tensorRtVersion().equals(tensorRtVersion)) {
      return Optional.of(
          "built by TensorRT " + plan.tensorRtVersion() + ", this is " + tensorRtVersion);
    }
    if (!plan.computeCapability().equals(computeCapability)) {
      return Optional.of(
          "built for compute capability "
              + plan.computeCapability()
              + ", this device has "
              + computeCapability);
    }
    return Optional.empty();
  }

  /**
   * Refuses a plan that is stale or foreign.
   *
   * @throws UnmaskException INVALID_ARGUMENT with the reason and the command that builds it anew
   */
  static void check(
      PlanManifest plan, ModelManifest model, String tensorRtVersion, String computeCapability) {
    staleness(plan, model)
        .or(() -> foreignness(plan, tensorRtVersion, computeCapability))
        .ifPresent(
            reason -> {
              throw UnmaskException.invalid(
                  PlanManifest.PLAN_FILE_NAME
                      + " of "
                      + model.name()
                      + ": "
                      + reason
                      + "; "
                      + command(model.name())
                      + " builds it anew");
            });
  }

  /** The command that builds a model's plan, for messages. */
  static String command(String name) {
    return "'./unmask build-engine --model " + name + "'";
  }
}
