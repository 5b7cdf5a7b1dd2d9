package dev.unmask.bridge.triton;

import static dev.unmask.bridge.triton.TritonErrors.check;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONBACKEND_ModelAutoCompleteConfig;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONBACKEND_ModelConfig;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONBACKEND_ModelName;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONBACKEND_ModelRepository;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONBACKEND_ModelSetConfig;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONBACKEND_ModelVersion;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_MessageDelete;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_MessageNewFromSerializedJson;

import dev.unmask.model.ConfigCompletion;
import dev.unmask.model.ModelConfigs;
import dev.unmask.model.ModelSettings;
import dev.unmask.model.ModelSource;
import dev.unmask.protocol.ModelConfig;
import dev.unmask.protocol.ModelInstanceGroup;
import dev.unmask.protocol.ModelOutput;
import dev.unmask.repository.ModelManifest;
import dev.unmask.repository.TensorSpec;
import dev.unmask.repository.TensorSpecs;
import dev.unmask.scheduler.UnmaskException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** A version of a model that Triton loads: its checked configuration. Immutable; any thread. */
final class TritonModel {
  /** Version of the configuration's JSON form. */
  private static final int CONFIG_VERSION = 1;

  private final ModelSource source;

  private TritonModel(ModelSource source) {
    this.source = source;
  }

  /**
   * Reads a model's files and configuration. Where Triton wants it, what the configuration does not
   * say is completed from the model's {@code unmask.json}.
   *
   * @param defaults settings where the configuration names none
   * @throws UnmaskException with the reason why it cannot be served
   */
  static TritonModel open(Handles.Model handle, ModelSettings defaults) {
    Scratch scratch = Scratch.get();
    check(TRITONBACKEND_ModelName(handle, scratch.pointer));
    String name = Scratch.text(scratch.pointer());
    check(TRITONBACKEND_ModelVersion(handle, scratch.number));
    long version = scratch.number();
    check(TRITONBACKEND_ModelRepository(handle, scratch.count, scratch.pointer));
    Path directory = Path.of(Scratch.text(scratch.pointer())).resolve(Long.toString(version));

    ModelManifest manifest = ModelManifest.read(directory);
    String json = config(handle);
    ModelConfig given = parse(name, json);
    ModelConfig complete =
        ConfigCompletion.complete(name, given, manifest, ModelInstanceGroup.Kind.KIND_CPU);
    check(TRITONBACKEND_ModelAutoCompleteConfig(handle, scratch.flag));
    if (scratch.flag()) {
      setConfig(handle, ConfigJson.complete(json, given, complete));
    }
    // What Triton made of it is what holds.
    ModelConfig effective = parse(name, config(handle));
    checkOutputs(name, effective);
    ModelSettings settings = defaults.with(ModelConfigs.parameters(given));
    return new TritonModel(
        new ModelSource(name, version, directory, manifest, effective, settings));
  }

  /** Triton takes no response with an output that it does not know of. */
  private static void checkOutputs(String model, ModelConfig config) {
    Set<String> declared =
        config.getOutputList().stream().map(ModelOutput::getName).collect(Collectors.toSet());
    for (TensorSpec spec : TensorSpecs.OUTPUTS) {
      if (!declared.contains(spec.name())) {
        throw UnmaskException.invalid(
            "configuration of model '"
                + model
                + "': output '"
                + spec.name()
                + "' is missing, and auto-completion is disabled");
      }
    }
  }

  private static ModelConfig parse(String model, String json) {
    return ModelConfigs.parseJson(json, "configuration of model '" + model + "'");
  }

  private static String config(Handles.Model handle) {
    Scratch scratch = Scratch.get();
    check(TRITONBACKEND_ModelConfig(handle, CONFIG_VERSION, scratch.pointer));
    Handles.Message message = new Handles.Message(scratch.pointer());
    try {
      return Messages.json(message);
    } finally {
      check(TRITONSERVER_MessageDelete(message));
    }
  }

  private static void setConfig(Handles.Model handle, String json) {
    Scratch scratch = Scratch.get();
    byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
    Handles.Message message = new Handles.Message(0);
    check(TRITONSERVER_MessageNewFromSerializedJson(message, scratch.text(json), bytes.length));
    try {
      check(TRITONBACKEND_ModelSetConfig(handle, CONFIG_VERSION, message));
    } finally {
      check(TRITONSERVER_MessageDelete(message));
    }
  }

  /**
   * What an instance is made of.
   *
   * @param instance its name
   * @param gpu whether it is to run on a GPU
   * @param device ordinal of the GPU
   * @throws UnmaskException INVALID_ARGUMENT where the model's engine does not run there
   */
  ModelSource source(String instance, boolean gpu, int device) {
    if (source.settings().devices().size() > 1) {
      throw UnmaskException.invalid(
          "instance '"
              + instance
              + "': devices="
              + source.settings().devices()
              + ": Triton makes an instance for each GPU; name them in instance_group");
    }
    try {
      return source.with(
          source
              .settings()
              .forInstance(
                  gpu ? ModelInstanceGroup.Kind.KIND_GPU : ModelInstanceGroup.Kind.KIND_CPU,
                  List.of(device)));
    } catch (UnmaskException e) {
      throw new UnmaskException(e.code(), "instance '" + instance + "': " + e.getMessage(), e);
    }
  }
}
