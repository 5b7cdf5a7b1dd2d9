package dev.unmask.model;

import dev.unmask.bridge.engine.EngineOptions;
import dev.unmask.bridge.engine.EngineProviders;
import dev.unmask.bridge.engine.ort.OrtEngineProvider;
import dev.unmask.bridge.engine.tensorrt.TensorRtEngineProvider;
import dev.unmask.protocol.ModelInstanceGroup;
import dev.unmask.scheduler.PassCosts;
import dev.unmask.scheduler.UnmaskException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * How one model is served. The server's flags give the defaults, {@code parameters} of the model's
 * configuration override them. Immutable.
 *
 * @param engine name of the engine, such as {@code onnxruntime}, or {@code auto}
 * @param threads threads for the engine's arithmetic; 0 lets the engine choose
 * @param maxSequences sequences decoded at once
 * @param maxQueryTokens query positions per step
 * @param maxQueueSize requests that may wait
 * @param kvCachePositions cache positions in all; 0 for as many as the sequences can use and memory
 *     has room for
 * @param kvCacheReuse whether keys and values of prompts are kept for later requests
 * @param watermark share of the cache in [0, 1) that admission leaves free
 * @param adaptiveLookahead whether fewer blocks of a sequence are denoised ahead while the batch is
 *     full, which changes the tokens of pipelined decoding
 * @param passCosts what passes cost for requests with cost-aware look-ahead, in the form of {@link
 *     PassCosts#parse}; null to time them when one comes or is this model's default
 * @param maxOvertaken later requests that may be admitted before a waiting one
 * @param devices ordinals of the GPUs, for an engine that uses them: an instance on each
 * @param spinMicros for which idle threads of an engine on the CPU look for work of the same pass
 *     before they sleep; 0 for not at all, where other processes or models want the cores too
 */
public record ModelSettings(
    String engine,
    int threads,
    int maxSequences,
    int maxQueryTokens,
    int maxQueueSize,
    long kvCachePositions,
    boolean kvCacheReuse,
    double watermark,
    boolean adaptiveLookahead,
    PassCosts passCosts,
    int maxOvertaken,
    List<Integer> devices,
    int spinMicros) {
  /** What holds without flags and parameters. */
  public static final ModelSettings DEFAULT =
      new ModelSettings(
          EngineProviders.AUTO,
          0,
          32,
          2048,
          128,
          0,
          true,
          0.05,
          false,
          null,
          64,
          List.of(0),
          EngineOptions.DEFAULT_SPIN_MICROS);

  private static final String ON_CPU = OrtEngineProvider.NAME;
  private static final String ON_GPU = TensorRtEngineProvider.NAME;

  /** A name with this prefix is one of ours, and is refused if we do not know it. */
  private static final String PREFIX = "unmask.";

  /** Its components' names in snake case. */
  private static final Set<String> NAMES =
      Arrays.stream(ModelSettings.class.getRecordComponents())
          .map(component -> component.getName().replaceAll("([A-Z])", "_$1"))
          .map(name -> name.toLowerCase(Locale.ROOT))
          .collect(Collectors.toUnmodifiableSet());

  /** Checks the values. */
  public ModelSettings {
    if (engine.isEmpty()) {
      throw UnmaskException.invalid("engine is empty");
    }
    atLeast(0, "threads", threads);
    atLeast(1, "max_sequences", maxSequences);
    atLeast(1, "max_query_tokens", maxQueryTokens);
    atLeast(1, "max_queue_size", maxQueueSize);
    atLeast(0, "kv_cache_positions", kvCachePositions);
    atLeast(0, "max_overtaken", maxOvertaken);
    atLeast(0, "spin_micros", spinMicros);
    devices = List.copyOf(devices);
    if (devices.isEmpty() || Set.copyOf(devices).size() < devices.size()) {
      throw UnmaskException.invalid("devices=" + devices + " is not a list of different GPUs");
    }
    devices.forEach(device -> atLeast(0, "devices", device));
    if (!(watermark >= 0 && watermark < 1)) {
      throw UnmaskException.invalid("watermark=" + watermark + " is not in [0, 1)");
    }
  }

  /**
   * These settings with those that a configuration's parameters name. Each name is that of a
   * component in snake case, with or without the prefix {@code unmask.}; an empty value counts as
   * not given, and a name without the prefix that is none of ours is left alone.
   *
   * @throws UnmaskException INVALID_ARGUMENT for a value that does not parse or is out of range,
   *     and for an unknown name with the prefix
   */
  public ModelSettings with(Map<String, String> parameters) {
    Draft draft = new Draft(this);
    for (Map.Entry<String, String> entry : new TreeMap<>(parameters).entrySet()) {
      String key = entry.getKey();
      boolean ours = key.startsWith(PREFIX);
      String name = ours ? key.substring(PREFIX.length()) : key;
      if (!entry.getValue().isEmpty() && !draft.set(name, entry.getValue().strip()) && ours) {
        throw UnmaskException.invalid("parameters: '" + key + "' is not a setting of this server");
      }
    }
    return draft.finish();
  }

  /**
   * These settings for an instance of a kind. On a GPU TensorRT runs the model and {@code auto}
   * means it; on the CPU {@code auto} means ONNX Runtime, but an engine that is named stays.
   *
   * @param kind of the instance group
   * @param gpus the instance's GPUs where its kind is KIND_GPU, empty for those of these settings
   * @throws UnmaskException INVALID_ARGUMENT for KIND_GPU with an engine on the CPU
   */
  public ModelSettings forInstance(ModelInstanceGroup.Kind kind, List<Integer> gpus) {
    Draft draft = new Draft(this);
    if (kind == ModelInstanceGroup.Kind.KIND_GPU) {
      if (engine.equals(ON_CPU)) {
        throw UnmaskException.invalid(
            "kind KIND_GPU: engine=" + engine + " runs on the CPU; set KIND_CPU or another engine");
      }
      draft.engine = engine.equals(EngineProviders.AUTO) ? ON_GPU : engine;
      draft.devices = gpus.isEmpty() ? devices : gpus;
    } else if (kind == ModelInstanceGroup.Kind.KIND_CPU && engine.equals(EngineProviders.AUTO)) {
      draft.engine = ON_CPU;
    }
    return draft.finish();
  }

  /** Whether {@link #with} knows a setting of this name, with or without the prefix. */
  public static boolean isSetting(String name) {
    String plain = name.startsWith(PREFIX) ? name.substring(PREFIX.length()) : name;
    return NAMES.contains(plain);
  }

  private static void atLeast(long least, String name, long value) {
    if (value < least) {
      throw UnmaskException.invalid(name + "=" + value + " is below " + least);
    }
  }

  /** Settings while parameters are read. */
  private static final class Draft {
    private String engine;
    private int threads;
    private int maxSequences;
    private int maxQueryTokens;
    private int maxQueueSize;
    private long kvCachePositions;
    private boolean kvCacheReuse;
    private double watermark;
    private boolean adaptiveLookahead;
    private PassCosts passCosts;
    private int maxOvertaken;
    private List<Integer> devices;
    private int spinMicros;

    Draft(ModelSettings from) {
      engine = from.engine;
      threads = from.threads;
      maxSequences = from.maxSequences;
      maxQueryTokens = from.maxQueryTokens;
      maxQueueSize = from.maxQueueSize;
      kvCachePositions = from.kvCachePositions;
      kvCacheReuse = from.kvCacheReuse;
      watermark = from.watermark;
      adaptiveLookahead = from.adaptiveLookahead;
      passCosts = from.passCosts;
      maxOvertaken = from.maxOvertaken;
      devices = from.devices;
      spinMicros = from.spinMicros;
    }

    /** Sets a component; false where there is none of that name. */
    boolean set(String name, String value) {
      try {
        switch (name) {
          case "engine" -> engine = value;
          case "threads" -> threads = Integer.parseInt(value);
          case "max_sequences" -> maxSequences = Integer.parseInt(value);
          case "max_query_tokens" -> maxQueryTokens = Integer.parseInt(value);
          case "max_queue_size" -> maxQueueSize = Integer.parseInt(value);
          case "kv_cache_positions" -> kvCachePositions = Long.parseLong(value);
          case "kv_cache_reuse" -> kvCacheReuse = truth(value);
          case "watermark" -> watermark = Double.parseDouble(value);
          case "adaptive_lookahead" -> adaptiveLookahead = truth(value);
          case "pass_costs" -> passCosts = PassCosts.parse(value);
          case "max_overtaken" -> maxOvertaken = Integer.parseInt(value);
          case "devices" -> devices = ordinals(value);
          case "spin_micros" -> spinMicros = Integer.parseInt(value);
          default -> {
            return false;
          }
        }
        return true;
      } catch (NumberFormatException e) {
        throw UnmaskException.invalid("parameters: " + name + "='" + value + "' does not parse");
      }
    }

    private static List<Integer> ordinals(String value) {
      return Arrays.stream(value.split(",", -1)).map(s -> Integer.valueOf(s.strip())).toList();
    }

    private static boolean truth(String value) {
      return switch (value.toLowerCase(Locale.ROOT)) {
        case "true", "1", "on" -> true;
        case "false", "0", "off" -> false;
        default -> throw new NumberFormatException(value);
      };
    }

    ModelSettings finish() {
      return new ModelSettings(
          engine,
          threads,
          maxSequences,
          maxQueryTokens,
          maxQueueSize,
          kvCachePositions,
          kvCacheReuse,
          watermark,
          adaptiveLookahead,
          passCosts,
          maxOvertaken,
          devices,
          spinMicros);
    }
  }
}
