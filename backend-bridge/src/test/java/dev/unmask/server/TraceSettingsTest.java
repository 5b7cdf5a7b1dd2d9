package dev.unmask.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TraceSettingsTest {
  private final TraceSettings settings = new TraceSettings("m"::equals);

  private ErrorCode refused(String model, String name, String... values) {
    return assertThrows(
            UnmaskException.class, () -> settings.update(model, Map.of(name, List.of(values))))
        .code();
  }

  @Test
  void update_modelAndGlobal_modelsGoFirst() {
    settings.update("", Map.of("trace_rate", List.of("5"), "trace_level", List.of("OFF")));
    settings.update("m", Map.of("trace_rate", List.of("9")));
    assertEquals(List.of("5"), settings.settings("").get("trace_rate"));
    assertEquals(List.of("9"), settings.settings("m").get("trace_rate"));
    settings.update("m", Map.of("trace_rate", List.of()));
    assertEquals(List.of("5"), settings.settings("m").get("trace_rate"));
    assertEquals(
        List.of("trace_file", "trace_level", "trace_rate", "trace_count", "log_frequency"),
        List.copyOf(settings.settings("").keySet()));
  }

  @Test
  void update_cannotBe_isRefused() {
    assertEquals(ErrorCode.UNSUPPORTED, refused("", "trace_level", "TIMESTAMPS"));
    assertEquals(ErrorCode.INVALID_ARGUMENT, refused("", "trace_color", "red"));
    assertEquals(ErrorCode.INVALID_ARGUMENT, refused("", "trace_rate", "often"));
    assertEquals(ErrorCode.INVALID_ARGUMENT, refused("", "trace_file", "/tmp/x"));
    assertEquals(ErrorCode.NOT_FOUND, refused("x", "trace_rate", "1"));
    assertThrows(UnmaskException.class, () -> settings.settings("x"));
  }
}
