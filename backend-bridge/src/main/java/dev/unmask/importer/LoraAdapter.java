package dev.unmask.importer;

import com.fasterxml.jackson.databind.JsonNode;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * A PEFT LoRA adapter directory. For a module it gives the update {@code scale * B A}, with scale
 * {@code alpha / rank}, or {@code alpha / sqrt(rank)} under {@code use_rslora}; rank and alpha may
 * differ by module. {@code fan_in_fan_out} needs nothing: PEFT itself ignores it for the linear
 * layers that all supported families have.
 */
final class LoraAdapter implements AutoCloseable {
  private static final String CONFIG = "adapter_config.json";
  private static final String WEIGHTS = "adapter_model.safetensors";
  private static final Pattern TENSOR =
      Pattern.compile("(?:base_model\\.model\\.)?(.+)\\.lora_([AB])(?:\\.default)?\\.weight");

  /** Modules of numbered layers; an adapter may leave out a head of the same name as theirs. */
  private static final Pattern IN_LAYER = Pattern.compile("\\.\\d+\\.");

  /** Fields that change the result in ways this build does not implement. */
  private static final String[] UNSUPPORTED_FIELDS = {
    "alora_invocation_tokens",
    "kasa_config",
    "layer_replication",
    "lora_bias",
    "modules_to_save",
    "target_parameters",
    "trainable_token_indices",
    "use_bdlora",
    "use_dora",
    "use_qalora"
  };

  private final Path file;
  private final ConfigFile config;
  private final SafetensorsFile tensors;
  private final Map<String, StoredTensor> a = new TreeMap<>();
  private final Map<String, StoredTensor> b = new TreeMap<>();
  private final Set<String> used = new HashSet<>();

  private LoraAdapter(Path file, ConfigFile config, SafetensorsFile tensors) {
    this.file = file;
    this.config = config;
    this.tensors = tensors;
  }

  /**
   * Opens an adapter.
   *
   * @throws UnmaskException UNSUPPORTED for a PEFT feature other than plain LoRA, by name;
   *     INVALID_ARGUMENT for tensors that do not come in pairs or lie outside the target modules
   */
  static LoraAdapter open(Path directory) {
    ConfigFile config = ConfigFile.read(directory.resolve(CONFIG));
    config.requireText("peft_type", "LORA");
    config.requireText("bias", "none");
    for (String field : UNSUPPORTED_FIELDS) {
      config.requireUnset(field);
    }
    Path file = directory.resolve(WEIGHTS);
    SafetensorsFile tensors = SafetensorsFile.open(file);
    LoraAdapter adapter = new LoraAdapter(file, config, tensors);
    boolean complete = false;
    try {
      adapter.sortTensors();
      complete = true;
      return adapter;
    } finally {
      if (!complete) {
        adapter.close();
      }
    }
  }

  private void sortTensors() {
    for (Map.Entry<String, StoredTensor> entry : tensors.tensors().entrySet()) {
      Matcher matcher = TENSOR.matcher(entry.getKey());
      if (!matcher.matches()) {
        throw new UnmaskException(
            ErrorCode.UNSUPPORTED,
            file + ": tensor " + entry.getKey() + " is neither a lora_A nor a lora_B weight");
      }
      (matcher.group(2).equals("A") ? a : b).put(matcher.group(1), entry.getValue());
    }
    if (a.isEmpty() && b.isEmpty()) {
      throw UnmaskException.invalid(file + ": no tensors");
    }
    for (String module : a.keySet()) {
      if (!b.containsKey(module)) {
        throw UnmaskException.invalid(file + ": module " + module + " has no lora_B");
      }
      if (!targets(module)) {
        throw UnmaskException.invalid(
            file + ": module " + module + " is not among target_modules of " + CONFIG);
      }
    }
    for (String module : b.keySet()) {
      if (!a.containsKey(module)) {
        throw UnmaskException.invalid(file + ": module " + module + " has no lora_A");
      }
    }
  }

  private boolean targets(String module) {
    JsonNode targets = config.get("target_modules");
    if (targets.isMissingNode() || targets.isNull()) {
      return true;
    }
    if (targets.isTextual()) {
      return targets.asText().equals("all-linear") || fullMatch(targets.asText(), module);
    }
    for (JsonNode target : targets) {
      String name = target.asText();
      if (module.equals(name) || module.endsWith("." + name)) {
        return true;
      }
    }
    return false;
  }

  private boolean fullMatch(String regex, String module) {
    try {
      return Pattern.compile(regex).matcher(module).matches();
    } catch (PatternSyntaxException e) {
      throw UnmaskException.invalid(config.file() + ": pattern " + regex + " does not parse");
    }
  }

  /**
   * The update of a module of shape [out, in], null where the adapter has none for it.
   *
   * @throws UnmaskException INVALID_ARGUMENT where shapes and rank disagree
   */
  LoraDelta take(String module, int out, int in) {
    StoredTensor first = a.get(module);
    if (first == null) {
      requireNotExpected(module);
      return null;
    }
    StoredTensor second = b.get(module);
    int rank = (int) patternValue("rank_pattern", module, config.positiveInt("r"));
    requireShape(first, rank, in);
    requireShape(second, out, rank);
    double alpha = patternValue("alpha_pattern", module, config.positiveNumber("lora_alpha"));
    double divisor = config.flag("use_rslora", false) ? Math.sqrt(rank) : rank;
    used.add(module);
    return new LoraDelta(first, second, rank, in, alpha / divisor);
  }

  /** An adapter that names a layer's module as a target but has no tensors for it is cut short. */
  private void requireNotExpected(String module) {
    boolean someLayers = config.has("layers_to_transform") || config.has("exclude_modules");
    boolean listed = config.get("target_modules").isArray();
    if (listed && !someLayers && IN_LAYER.matcher(module).find() && targets(module)) {
      throw new UnmaskException(
          ErrorCode.NOT_FOUND, "no tensor lora_A of target module " + module + " in " + file);
    }
  }

  /** Keys are regular expressions for the end of a module's name; the first that matches counts. */
  private double patternValue(String field, String module, double fallback) {
    ConfigFile patterns = config.object(field);
    if (patterns == null) {
      return fallback;
    }
    for (Map.Entry<String, JsonNode> entry : patterns.json().properties()) {
      if (fullMatch("(.*\\.)?(" + entry.getKey() + ")", module)) {
        return field.equals("rank_pattern")
            ? patterns.positiveInt(entry.getKey())
            : patterns.positiveNumber(entry.getKey());
      }
    }
    return fallback;
  }

  private void requireShape(StoredTensor tensor, int rows, int columns) {
    long[] shape = tensor.shape();
    if (shape.length != 2 || shape[0] != rows || shape[1] != columns) {
      throw UnmaskException.invalid(
          file
              + ": tensor "
              + tensor.name()
              + " has shape "
              + tensor.shapeText()
              + ", expected ["
              + rows
              + ", "
              + columns
              + "]");
    }
  }

  /**
   * @throws UnmaskException INVALID_ARGUMENT for a module that matches no weight
   */
  void requireAllUsed() {
    for (String module : a.keySet()) {
      if (!used.contains(module)) {
        throw UnmaskException.invalid(
            file + ": tensor " + a.get(module).name() + " matches no weight of the checkpoint");
      }
    }
  }

  @Override
  public void close() {
    tensors.close();
  }
}
