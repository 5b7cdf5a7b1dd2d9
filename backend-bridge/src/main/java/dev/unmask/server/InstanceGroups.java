package dev.unmask.server;

import dev.unmask.protocol.ModelConfig;
import dev.unmask.protocol.ModelInstanceGroup;
import dev.unmask.scheduler.UnmaskException;

/** What this server says of a configuration's instance groups: it runs one instance, on the CPU. */
final class InstanceGroups {
  private InstanceGroups() {}

  /**
   * Refuses what asks for more.
   *
   * @throws UnmaskException INVALID_ARGUMENT with the reason
   */
  static void check(String model, ModelConfig config) {
    int instances = 0;
    for (ModelInstanceGroup group : config.getInstanceGroupList()) {
      instances += Math.max(1, group.getCount());
      if (group.getKind() == ModelInstanceGroup.Kind.KIND_GPU) {
        throw wrong(model, "kind KIND_GPU: models run on the CPU here");
      }
    }
    if (instances > 1) {
      throw wrong(
          model,
          "count "
              + instances
              + ": one instance batches all requests; set the parameter max_sequences instead");
    }
  }

  private static UnmaskException wrong(String model, String problem) {
    return UnmaskException.invalid(
        "configuration of model '" + model + "': instance_group " + problem);
  }
}
