package dev.unmask.server;

import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/** Trace settings as clients see them. Nothing is traced. Any thread. */
final class TraceSettings implements TraceControl {
  private static final String LEVEL = "trace_level";
  private static final String FILE = "trace_file";
  private static final Map<String, List<String>> DEFAULTS = new LinkedHashMap<>();

  static {
    DEFAULTS.put(FILE, List.of(""));
    DEFAULTS.put(LEVEL, List.of("OFF"));
    DEFAULTS.put("trace_rate", List.of("1000"));
    DEFAULTS.put("trace_count", List.of("-1"));
    DEFAULTS.put("log_frequency", List.of("0"));
  }

  private final Predicate<String> knowsModel;
  private final Map<String, Map<String, List<String>>> changed = new ConcurrentHashMap<>();

  /**
   * @param knowsModel whether there is a model of that name
   */
  TraceSettings(Predicate<String> knowsModel) {
    this.knowsModel = knowsModel;
  }

  @Override
  public Map<String, List<String>> settings(String model) {
    checkModel(model);
    Map<String, List<String>> result = new LinkedHashMap<>(DEFAULTS);
    result.putAll(changed.getOrDefault("", Map.of()));
    result.putAll(changed.getOrDefault(model, Map.of()));
    return result;
  }

  @Override
  public void update(String model, Map<String, List<String>> changes) {
    checkModel(model);
    changes.forEach(TraceSettings::check);
    changed.compute(
        model,
        (name, before) -> {
          Map<String, List<String>> after =
              before == null ? new HashMap<>() : new HashMap<>(before);
          changes.forEach(
              (setting, values) -> {
                if (values.isEmpty()) {
                  after.remove(setting);
                } else {
                  after.put(setting, List.copyOf(values));
                }
              });
          return Map.copyOf(after);
        });
  }

  private void checkModel(String model) {
    if (!model.isEmpty() && !knowsModel.test(model)) {
      throw new UnmaskException(
          ErrorCode.NOT_FOUND, "Request for unknown model: '" + model + "' is not found");
    }
  }

  private static void check(String setting, List<String> values) {
    if (!DEFAULTS.containsKey(setting)) {
      throw UnmaskException.invalid("Unknown key '" + setting + "' in trace settings");
    }
    if (setting.equals(FILE)) {
      throw UnmaskException.invalid(
          "trace file location can not be updated through network protocol");
    }
    for (String value : values) {
      if (setting.equals(LEVEL)) {
        if (!value.equals("OFF")) {
          throw new UnmaskException(
              ErrorCode.UNSUPPORTED, "trace_level '" + value + "': this server writes no traces");
        }
      } else if (values.size() != 1 || !value.matches("-?\\d{1,9}")) {
        throw UnmaskException.invalid(
            "expect one integer for trace setting '" + setting + "', got " + values);
      }
    }
  }
}
