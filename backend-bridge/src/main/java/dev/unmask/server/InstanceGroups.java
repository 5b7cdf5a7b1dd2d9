package dev.unmask.server;

import dev.unmask.model.ModelSettings;
import dev.unmask.protocol.ModelConfig;
import dev.unmask.protocol.ModelInstanceGroup;
import dev.unmask.scheduler.UnmaskException;

/** What this server makes of a configuration's instance groups: it runs one instance. */
public final class InstanceGroups {
  private InstanceGroups() {}

  /**
   * The settings of the instance.
   *
   * @param settings what flags and parameters say
   * @throws UnmaskException INVALID_ARGUMENT with the reason
   */
  public static ModelSettings settings(String model, ModelConfig config, ModelSettings settings) {
    int instances = 0;
    for (ModelInstanceGroup group : config.getInstanceGroupList()) {
      instances += Math.max(1, group.getCount());
      if (group.getGpusCount() > 1) {
        throw wrong(
            model,
            "gpus " + group.getGpusList() + ": one instance runs on one GPU here; Triton has more");
      }
    }
    if (instances > 1) {
      throw wrong(
          model,
          "count "
              + instances
              + ": one instance batches all requests; set the parameter max_sequences instead");
    }
    if (instances == 0) {
      return settings;
    }
    ModelInstanceGroup group = config.getInstanceGroup(0);
    try {
      return settings.forInstance(
          group.getKind(), group.getGpusCount() > 0 ? group.getGpus(0) : settings.device());
    } catch (UnmaskException e) {
      throw wrong(model, e.getMessage());
    }
  }

  private static UnmaskException wrong(String model, String problem) {
    return UnmaskException.invalid(
        "configuration of model '" + model + "': instance_group " + problem);
  }
}
