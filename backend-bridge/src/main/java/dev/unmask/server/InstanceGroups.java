package dev.unmask.server;

import dev.unmask.model.ModelSettings;
import dev.unmask.protocol.ModelConfig;
import dev.unmask.protocol.ModelInstanceGroup;
import dev.unmask.scheduler.UnmaskException;
import java.util.ArrayList;
import java.util.List;

/**
 * What this server makes of a configuration's instance groups: an instance on each GPU that is
 * named, behind one queue, or else one instance. As in Triton, KIND_AUTO with GPUs is KIND_GPU.
 */
public final class InstanceGroups {
  private InstanceGroups() {}

  /**
   * The settings of the instances.
   *
   * @param settings what flags and parameters say
   * @throws UnmaskException INVALID_ARGUMENT with the reason
   */
  public static ModelSettings settings(String model, ModelConfig config, ModelSettings settings) {
    List<ModelInstanceGroup> groups = config.getInstanceGroupList();
    if (groups.isEmpty()) {
      return settings;
    }
    ModelInstanceGroup.Kind kind = groups.get(0).getKind();
    List<Integer> gpus = new ArrayList<>();
    long instances = 0;
    for (ModelInstanceGroup group : groups) {
      if (group.getKind() != kind) {
        throw wrong(model, "kinds " + kind + " and " + group.getKind() + ": instances are of one");
      }
      gpus.addAll(group.getGpusList());
      instances += Math.max(1L, group.getCount()) * Math.max(1, group.getGpusCount());
    }
    if (!gpus.isEmpty() && kind == ModelInstanceGroup.Kind.KIND_AUTO) {
      kind = ModelInstanceGroup.Kind.KIND_GPU;
    }
    if (!gpus.isEmpty() && kind != ModelInstanceGroup.Kind.KIND_GPU) {
      throw wrong(model, "gpus " + gpus + ": instances of kind " + kind + " have none");
    }
    if (instances > Math.max(1, gpus.size())) {
      throw wrong(
          model,
          "count "
              + instances
              + ": one instance of a device batches all requests; set the parameter max_sequences"
              + " instead");
    }
    try {
      return settings.forInstance(kind, gpus);
    } catch (UnmaskException e) {
      throw wrong(model, e.getMessage());
    }
  }

  private static UnmaskException wrong(String model, String problem) {
    return UnmaskException.invalid(
        "configuration of model '" + model + "': instance_group " + problem);
  }
}
