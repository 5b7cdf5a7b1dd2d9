package dev.unmask.model;

import dev.unmask.protocol.DataType;
import dev.unmask.protocol.ModelConfig;
import dev.unmask.protocol.ModelInput;
import dev.unmask.protocol.ModelInstanceGroup;
import dev.unmask.protocol.ModelOutput;
import dev.unmask.protocol.ModelVersionPolicy;
import dev.unmask.repository.ConfigPbtxtWriter;
import dev.unmask.repository.ModelManifest;
import dev.unmask.scheduler.UnmaskException;
import java.util.List;

/**
 * Completes a model's configuration from its manifest: whatever is not given is as the importer
 * would write it. What is given and cannot be served is refused with the reason.
 */
public final class ConfigCompletion {
  private final String model;
  private final ModelConfig given;
  private final ModelInstanceGroup.Kind kind;

  private ConfigCompletion(String model, ModelConfig given, ModelInstanceGroup.Kind kind) {
    this.model = model;
    this.given = given;
    this.kind = kind;
  }

  /**
   * The complete configuration.
   *
   * @param model name of the model's directory
   * @param given what its configuration says, possibly nothing
   * @param kind of the instance where the configuration names none
   * @throws UnmaskException INVALID_ARGUMENT naming the field that cannot be served
   */
  public static ModelConfig complete(
      String model, ModelConfig given, ModelManifest manifest, ModelInstanceGroup.Kind kind) {
    ConfigCompletion completion = new ConfigCompletion(model, given, kind);
    completion.check();
    ModelConfig base =
        ModelConfigs.parse(ConfigPbtxtWriter.write(manifest), "configuration of " + model);
    completion.checkInputs(base.getInputList());
    completion.checkOutputs(base.getOutputList());
    return completion.merge(base);
  }

  private ModelConfig merge(ModelConfig base) {
    ModelConfig.Builder config =
        given.toBuilder()
            .setName(model)
            .setBackend(ConfigPbtxtWriter.BACKEND)
            .clearInput()
            .addAllInput(base.getInputList())
            .clearOutput()
            .addAllOutput(base.getOutputList())
            .clearParameters()
            .putAllParameters(base.getParametersMap())
            .putAllParameters(given.getParametersMap());
    if (given.getInstanceGroupCount() == 0) {
      config.addInstanceGroup(ModelInstanceGroup.newBuilder().setKind(kind));
    }
    for (int i = 0; i < config.getInstanceGroupCount(); i++) {
      ModelInstanceGroup.Builder group = config.getInstanceGroupBuilder(i);
      group.setCount(Math.max(1, group.getCount()));
      if (group.getName().isEmpty()) {
        group.setName(model + "_" + i);
      }
    }
    if (!given.hasModelTransactionPolicy()) {
      config.setModelTransactionPolicy(base.getModelTransactionPolicy());
    }
    if (!given.hasVersionPolicy()) {
      config.setVersionPolicy(
          ModelVersionPolicy.newBuilder()
              .setLatest(ModelVersionPolicy.Latest.newBuilder().setNumVersions(1)));
    }
    if (given.getDefaultModelFilename().isEmpty()) {
      config.setDefaultModelFilename("model.onnx");
    }
    return config.build();
  }

  private void check() {
    if (!given.getName().isEmpty() && !given.getName().equals(model)) {
      throw wrong("name '" + given.getName() + "' differs from the directory's");
    }
    if (!given.getBackend().isEmpty() && !given.getBackend().equals(ConfigPbtxtWriter.BACKEND)) {
      throw wrong("backend '" + given.getBackend() + "' is not served here");
    }
    if (given.getBackend().isEmpty() && !given.getPlatform().isEmpty()) {
      throw wrong("platform '" + given.getPlatform() + "' is not served here");
    }
    if (given.getMaxBatchSize() != 0) {
      throw wrong(
          "max_batch_size "
              + given.getMaxBatchSize()
              + ": requests are batched here, it must be 0");
    }
    if (given.getResponseCache().getEnable()) {
      throw wrong("response_cache is not supported");
    }
  }

  private void checkInputs(List<ModelInput> known) {
    for (ModelInput input : given.getInputList()) {
      ModelInput ours =
          known.stream()
              .filter(candidate -> candidate.getName().equals(input.getName()))
              .findFirst()
              .orElseThrow(
                  () -> wrong("input '" + input.getName() + "' is not one of the model's"));
      checkTensor("input '" + input.getName() + "'", input.getDataType(), ours.getDataType());
      checkDims("input '" + input.getName() + "'", input.getDimsList(), ours.getDimsList());
      if (input.hasReshape()) {
        throw wrong("input '" + input.getName() + "': reshape is not supported");
      }
    }
  }

  private void checkOutputs(List<ModelOutput> known) {
    for (ModelOutput output : given.getOutputList()) {
      ModelOutput ours =
          known.stream()
              .filter(candidate -> candidate.getName().equals(output.getName()))
              .findFirst()
              .orElseThrow(
                  () -> wrong("output '" + output.getName() + "' is not one of the model's"));
      checkTensor("output '" + output.getName() + "'", output.getDataType(), ours.getDataType());
      checkDims("output '" + output.getName() + "'", output.getDimsList(), ours.getDimsList());
      if (output.hasReshape()) {
        throw wrong("output '" + output.getName() + "': reshape is not supported");
      }
    }
  }

  private void checkTensor(String tensor, DataType given, DataType ours) {
    if (given != ours) {
      throw wrong(tensor + " has data_type " + given + ", the model's is " + ours);
    }
  }

  private void checkDims(String tensor, List<Long> given, List<Long> ours) {
    if (!given.equals(ours)) {
      throw wrong(tensor + " has dims " + given + ", the model's are " + ours);
    }
  }

  private UnmaskException wrong(String problem) {
    return UnmaskException.invalid("configuration of model '" + model + "': " + problem);
  }
}
