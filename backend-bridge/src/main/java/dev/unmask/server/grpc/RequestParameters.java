package dev.unmask.server.grpc;

import dev.unmask.protocol.InferParameter;
import dev.unmask.protocol.InferParameter.ParameterChoiceCase;
import dev.unmask.scheduler.UnmaskException;
import java.util.HashMap;
import java.util.Map;

/**
 * The parameters of an inference request.
 *
 * @param values all but Triton's own: String, Long, Boolean or Double; of an unsigned value beyond
 *     the signed range the bits
 * @param emptyFinalResponse whether a stream's client wants a response that says nothing but that
 *     it is the last, where the last one with content could not say so
 */
record RequestParameters(Map<String, Object> values, boolean emptyFinalResponse) {
  private static final String TRITON_PREFIX = "triton_";
  private static final String EMPTY_FINAL_RESPONSE = "triton_enable_empty_final_response";

  /**
   * Reads them.
   *
   * @throws UnmaskException INVALID_ARGUMENT for a parameter without a value, a reserved one of the
   *     wrong type, and a name that begins with {@code triton_} but is unknown
   */
  static RequestParameters read(Map<String, InferParameter> parameters) {
    Map<String, Object> values = new HashMap<>();
    boolean emptyFinalResponse = false;
    for (Map.Entry<String, InferParameter> entry : parameters.entrySet()) {
      String name = entry.getKey();
      InferParameter value = entry.getValue();
      checkReserved(name, value);
      if (name.equals(EMPTY_FINAL_RESPONSE)) {
        emptyFinalResponse = value.getBoolParam();
      } else {
        values.put(name, value(name, value));
      }
    }
    return new RequestParameters(values, emptyFinalResponse);
  }

  private static void checkReserved(String name, InferParameter value) {
    ParameterChoiceCase type = value.getParameterChoiceCase();
    switch (name) {
      case "sequence_id" ->
          expect(name, type, ParameterChoiceCase.INT64_PARAM, ParameterChoiceCase.STRING_PARAM);
      case "sequence_start", "sequence_end", EMPTY_FINAL_RESPONSE ->
          expect(name, type, ParameterChoiceCase.BOOL_PARAM);
      case "priority" -> {
        expect(name, type, ParameterChoiceCase.INT64_PARAM, ParameterChoiceCase.UINT64_PARAM);
        if (value.getInt64Param() < 0) {
          throw UnmaskException.invalid("invalid value for 'priority', expected value >= 0.");
        }
      }
      case "timeout" -> expect(name, type, ParameterChoiceCase.INT64_PARAM);
      default -> {
        if (name.startsWith(TRITON_PREFIX)) {
          throw UnmaskException.invalid(
              "parameter keys starting with 'triton_' are reserved for Triton usage. Only the"
                  + " following keys starting with 'triton_' are allowed: "
                  + EMPTY_FINAL_RESPONSE);
        }
      }
    }
  }

  private static void expect(
      String name, ParameterChoiceCase type, ParameterChoiceCase... allowed) {
    StringBuilder names = new StringBuilder();
    for (ParameterChoiceCase candidate : allowed) {
      if (type == candidate) {
        return;
      }
      names.append(names.isEmpty() ? "" : " or ").append(fieldName(candidate));
    }
    throw UnmaskException.invalid(
        "invalid value type for '" + name + "' parameter, expected " + names + ".");
  }

  private static String fieldName(ParameterChoiceCase type) {
    return InferParameter.getDescriptor().findFieldByNumber(type.getNumber()).getName();
  }

  private static Object value(String name, InferParameter value) {
    return switch (value.getParameterChoiceCase()) {
      case BOOL_PARAM -> value.getBoolParam();
      case INT64_PARAM -> value.getInt64Param();
      case STRING_PARAM -> value.getStringParam();
      case DOUBLE_PARAM -> value.getDoubleParam();
      case UINT64_PARAM -> value.getUint64Param();
      case PARAMETERCHOICE_NOT_SET ->
          throw UnmaskException.invalid(
              "invalid value type for '"
                  + name
                  + "' parameter, expected int64_param, uint64_param, bool_param, double_param, or"
                  + " string_param.");
    };
  }
}
