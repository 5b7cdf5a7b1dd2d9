package dev.unmask.server.grpc;

import dev.unmask.protocol.LogSettingsRequest;
import dev.unmask.protocol.LogSettingsResponse;
import dev.unmask.protocol.ModelRepositoryParameter;
import dev.unmask.protocol.TraceSettingRequest;
import dev.unmask.protocol.TraceSettingResponse;
import dev.unmask.scheduler.UnmaskException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Translates the messages of model repository, log settings and trace settings. */
final class ControlMessages {
  private static final String FILE_PREFIX = "file:";
  private static final String UNLOAD_DEPENDENTS = "unload_dependents";

  private ControlMessages() {}

  /**
   * Parameters of a load: {@code config} as String, files as byte[].
   *
   * @throws UnmaskException INVALID_ARGUMENT for any other name, or another type
   */
  static Map<String, Object> loadParameters(Map<String, ModelRepositoryParameter> parameters) {
    Map<String, Object> values = new HashMap<>();
    parameters.forEach(
        (name, value) -> {
          if (name.equals("config")) {
            expect(value.hasStringParam(), name, "string_param");
            values.put(name, value.getStringParam());
          } else if (name.startsWith(FILE_PREFIX)) {
            expect(value.hasBytesParam(), name, "bytes_param");
            values.put(name, value.getBytesParam().toByteArray());
          } else {
            throw UnmaskException.invalid("unrecognized load parameter '" + name + "'.");
          }
        });
    return values;
  }

  private static void expect(boolean given, String name, String type) {
    if (!given) {
      throw UnmaskException.invalid(
          "invalid value type for load parameter '" + name + "', expected " + type + ".");
    }
  }

  /**
   * Whether an unload is to unload what depends on the model too. Other parameters mean nothing.
   *
   * @throws UnmaskException INVALID_ARGUMENT for another type
   */
  static boolean unloadDependents(Map<String, ModelRepositoryParameter> parameters) {
    ModelRepositoryParameter dependents = parameters.get(UNLOAD_DEPENDENTS);
    if (dependents == null) {
      return false;
    }
    if (!dependents.hasBoolParam()) {
      throw UnmaskException.invalid(
          "invalid value type for '" + UNLOAD_DEPENDENTS + "' parameter, expected bool_param.");
    }
    return dependents.getBoolParam();
  }

  /**
   * Changes of log settings: String, Boolean or Integer.
   *
   * @throws UnmaskException INVALID_ARGUMENT for a setting without a value or one beyond an int
   */
  static Map<String, Object> logChanges(LogSettingsRequest request) {
    Map<String, Object> changes = new LinkedHashMap<>();
    request
        .getSettingsMap()
        .forEach(
            (name, value) ->
                changes.put(
                    name,
                    switch (value.getParameterChoiceCase()) {
                      case BOOL_PARAM -> value.getBoolParam();
                      case UINT32_PARAM -> signed(name, value.getUint32Param());
                      case STRING_PARAM -> value.getStringParam();
                      case PARAMETERCHOICE_NOT_SET ->
                          throw UnmaskException.invalid("log setting '" + name + "' has no value");
                    }));
    return changes;
  }

  private static int signed(String name, int value) {
    if (value < 0) {
      throw UnmaskException.invalid(
          "log setting '" + name + "' is too large: " + Integer.toUnsignedString(value));
    }
    return value;
  }

  /** The log settings in force. */
  static LogSettingsResponse logSettings(Map<String, Object> settings) {
    LogSettingsResponse.Builder response = LogSettingsResponse.newBuilder();
    settings.forEach((name, value) -> response.putSettings(name, logSetting(value)));
    return response.build();
  }

  private static LogSettingsResponse.SettingValue logSetting(Object value) {
    LogSettingsResponse.SettingValue.Builder setting =
        LogSettingsResponse.SettingValue.newBuilder();
    if (value instanceof Boolean bool) {
      setting.setBoolParam(bool);
    } else if (value instanceof Integer integer) {
      setting.setUint32Param(integer);
    } else {
      setting.setStringParam((String) value);
    }
    return setting.build();
  }

  /** Changes of trace settings; an empty list clears one. */
  static Map<String, List<String>> traceChanges(TraceSettingRequest request) {
    Map<String, List<String>> changes = new LinkedHashMap<>();
    request
        .getSettingsMap()
        .forEach((name, value) -> changes.put(name, List.copyOf(value.getValueList())));
    return changes;
  }

  /** The trace settings in force. */
  static TraceSettingResponse traceSettings(Map<String, List<String>> settings) {
    TraceSettingResponse.Builder response = TraceSettingResponse.newBuilder();
    settings.forEach(
        (name, values) ->
            response.putSettings(
                name, TraceSettingResponse.SettingValue.newBuilder().addAllValue(values).build()));
    return response.build();
  }
}
