package dev.unmask.server.log;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unmask.scheduler.UnmaskException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.logging.Handler;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

class ServerLogTest {
  private static final Logger LOG = LoggerFactory.getLogger("dev.unmask.server.Example");
  private static final Logger LIBRARY = LoggerFactory.getLogger("io.netty.Example");

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  private List<String> lines() {
    return out.toString(StandardCharsets.UTF_8).lines().toList();
  }

  @Test
  void line_default_isAsTritonWrites() {
    try (ServerLog log = ServerLog.open(LogSettings.DEFAULT, out)) {
      LOG.info("model={} loaded", "m");
      LOG.warn("two\nlines\u001b[1m");
      LOG.error("failed", new IllegalStateException("why"));
      assertEquals("default", log.settings().get("log_format"));
    }
    String pid = Long.toString(ProcessHandle.current().pid());
    String time = "\\d{4} \\d\\d:\\d\\d:\\d\\d\\.\\d{6} " + pid + " Example] ";
    assertTrue(lines().get(0).matches("I" + time + "model=m loaded"), lines().get(0));
    assertTrue(lines().get(1).matches("W" + time + "two\\\\nlines\\\\u001b\\[1m"), lines().get(1));
    assertTrue(lines().get(2).matches("E" + time + "failed"), lines().get(2));
    assertEquals("    java.lang.IllegalStateException: why", lines().get(3));
  }

  @Test
  void update_levelsAndFormat_takeEffectAtOnce() {
    try (ServerLog log = ServerLog.open(LogSettings.DEFAULT, out)) {
      LOG.debug("hidden");
      log.update(Map.of("log_verbose_level", 1, "log_info", false, "log_format", "iso8601"));
      LOG.debug("shown");
      LOG.trace("hidden");
      LOG.info("hidden");
      LIBRARY.debug("hidden");
      log.update(Map.of("log_warning", false, "log_verbose_level", 3L));
      LOG.warn("hidden");
      LIBRARY.trace("library");
    }
    assertEquals(2, lines().size(), lines().toString());
    assertTrue(
        lines().get(0).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ I \\d+ Example] shown"),
        lines().get(0));
    assertTrue(lines().get(1).endsWith("library"));
  }

  @Test
  void update_wrongSetting_changesNothing() {
    try (ServerLog log = ServerLog.open(LogSettings.DEFAULT, out)) {
      Map<String, Object> before = log.settings();
      for (Map<String, Object> wrong :
          List.<Map<String, Object>>of(
              Map.of("log_info", false, "log_color", true),
              Map.of("log_info", "no"),
              Map.of("log_info", false, "log_verbose_level", -1),
              Map.of("log_verbose_level", "1"),
              Map.of("log_format", "xml"),
              Map.of("log_file", "/tmp/elsewhere"))) {
        UnmaskException e =
            assertThrows(UnmaskException.class, () -> log.update(wrong), wrong::toString);
        assertTrue(e.getMessage().contains("log_"), e.getMessage());
      }
      assertEquals(before, log.settings());
    }
  }

  @Test
  void open_file_isAppendedTo(@TempDir Path directory) throws IOException {
    Path file = directory.resolve("server.log");
    LogSettings settings = new LogSettings(file.toString(), true, true, true, 0, false);
    for (int i = 0; i < 2; i++) {
      try (ServerLog log = ServerLog.open(settings, out)) {
        LOG.info("here");
        assertEquals(file.toString(), log.settings().get("log_file"));
      }
    }
    assertEquals(2, Files.readAllLines(file).size());
    assertEquals(0, out.size());
    LogSettings wrong =
        new LogSettings(directory.resolve("no/such").toString(), true, true, true, 0, false);
    assertThrows(UnmaskException.class, () -> ServerLog.open(wrong, out));
  }

  @Test
  void close_givesTheLogBack() {
    java.util.logging.Logger root = java.util.logging.Logger.getLogger("");
    Handler[] before = root.getHandlers();
    ServerLog log = ServerLog.open(LogSettings.DEFAULT, out);
    assertFalse(List.of(root.getHandlers()).equals(List.of(before)));
    log.close();
    log.close();
    assertArrayEquals(before, root.getHandlers());
  }
}
