package dev.unmask.server.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unmask.protocol.InferParameter;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RequestParametersTest {
  private static final InferParameter BOOL = InferParameter.newBuilder().setBoolParam(true).build();
  private static final InferParameter INT64 = InferParameter.newBuilder().setInt64Param(5).build();
  private static final InferParameter UINT64 =
      InferParameter.newBuilder().setUint64Param(-1).build();
  private static final InferParameter DOUBLE =
      InferParameter.newBuilder().setDoubleParam(0.25).build();
  private static final InferParameter STRING =
      InferParameter.newBuilder().setStringParam("x").build();

  @Test
  void read_allKinds_areTakenOver() {
    RequestParameters parameters =
        RequestParameters.read(
            Map.of("b", BOOL, "i", INT64, "u", UINT64, "d", DOUBLE, "s", STRING));
    assertEquals(Map.of("b", true, "i", 5L, "u", -1L, "d", 0.25, "s", "x"), parameters.values());
    assertFalse(parameters.emptyFinalResponse());
  }

  @Test
  void read_reserved_areTakenOver() {
    RequestParameters parameters =
        RequestParameters.read(
            Map.of(
                "priority", INT64, "timeout", INT64, "sequence_id", STRING, "sequence_end", BOOL));
    assertEquals(
        Map.of("priority", 5L, "timeout", 5L, "sequence_id", "x", "sequence_end", true),
        parameters.values());
    assertEquals(
        Map.of("priority", -1L), RequestParameters.read(Map.of("priority", UINT64)).values());
  }

  @Test
  void read_emptyFinalResponse_isNoModelParameter() {
    RequestParameters parameters =
        RequestParameters.read(Map.of("triton_enable_empty_final_response", BOOL));
    assertEquals(Map.of(), parameters.values());
    assertTrue(parameters.emptyFinalResponse());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "any",
        "priority",
        "timeout",
        "sequence_id",
        "sequence_start",
        "sequence_end",
        "triton_enable_empty_final_response"
      })
  void read_withoutValue_isRefusedByName(String name) {
    UnmaskException e = refused(name, InferParameter.getDefaultInstance());
    assertTrue(
        e.getMessage().startsWith("invalid value type for '" + name + "' parameter, expected "));
  }

  @Test
  void read_reservedOfWrongType_isRefused() {
    assertEquals(
        "invalid value type for 'sequence_id' parameter, expected int64_param or string_param.",
        refused("sequence_id", BOOL).getMessage());
    assertEquals(
        "invalid value type for 'sequence_start' parameter, expected bool_param.",
        refused("sequence_start", INT64).getMessage());
    assertEquals(
        "invalid value type for 'priority' parameter, expected int64_param or uint64_param.",
        refused("priority", STRING).getMessage());
    assertEquals(
        "invalid value type for 'timeout' parameter, expected int64_param.",
        refused("timeout", UINT64).getMessage());
    assertEquals(
        "invalid value type for 'triton_enable_empty_final_response' parameter, expected"
            + " bool_param.",
        refused("triton_enable_empty_final_response", STRING).getMessage());
  }

  @Test
  void read_negativePriority_isRefused() {
    assertEquals(
        "invalid value for 'priority', expected value >= 0.",
        refused("priority", InferParameter.newBuilder().setInt64Param(-1).build()).getMessage());
  }

  @Test
  void read_unknownNameOfTriton_isRefused() {
    assertEquals(
        "parameter keys starting with 'triton_' are reserved for Triton usage. Only the following"
            + " keys starting with 'triton_' are allowed: triton_enable_empty_final_response",
        refused("triton_other", BOOL).getMessage());
  }

  private static UnmaskException refused(String name, InferParameter value) {
    UnmaskException e =
        assertThrows(UnmaskException.class, () -> RequestParameters.read(Map.of(name, value)));
    assertEquals(ErrorCode.INVALID_ARGUMENT, e.code());
    return e;
  }
}
