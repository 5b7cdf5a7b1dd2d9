package dev.unmask.capacity.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unmask.scheduler.UnmaskException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TraceFileTest {
  private static final String HEADER = "TIMESTAMP,ContextTokens,GeneratedTokens\n";

  @TempDir private Path directory;

  private Path file(String content) throws IOException {
    return Files.writeString(directory.resolve("trace.csv"), content);
  }

  @Test
  void azuresTimes_areRead() throws IOException {
    Path file =
        file(
            HEADER
                + "2023-11-16 18:17:03.9799600,4808,10\n"
                + "2023-11-16 18:17:04.0319600,3180,8\n"
                + "\n"
                + "2023-11-17 00:00:00,1,0\n");
    List<TraceRow> rows = TraceFile.read(file, 10);
    assertEquals(new TraceRow(0, 4808, 10), rows.get(0));
    assertEquals(new TraceRow(52_000_000, 3180, 8), rows.get(1));
    assertEquals(3, rows.size());
    assertEquals(1, TraceFile.read(file, 1).size());
  }

  @Test
  void secondsAndWindowsLines_areRead() throws IOException {
    List<TraceRow> rows =
        TraceFile.read(file(HEADER.replace("\n", "\r\n") + "5,1,2\r\n5.5,3,4\r\n"), 10);
    assertEquals(List.of(new TraceRow(0, 1, 2), new TraceRow(500_000_000, 3, 4)), rows);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "1,2|line 2 has 2 fields and not 3",
        "yesterday,1,2|line 2 has no time: yesterday",
        "1,-1,2|line 2 has no number of tokens: -1",
        "1,1,1e3|line 2 has no number of tokens: 1e3",
        "'2,1,1\n1,1,1'|line 3 is before the line before it: 1",
      })
  void wrongLines_areNamed(String lines, String message) throws IOException {
    Path file = file(HEADER + lines + "\n");
    String told = assertThrows(UnmaskException.class, () -> TraceFile.read(file, 10)).getMessage();
    assertTrue(told.endsWith(message), told);
  }

  @Test
  void noHeaderNoRowsNoFile_areTold() throws IOException {
    Path wrong = file("a,b\n");
    assertTrue(
        assertThrows(UnmaskException.class, () -> TraceFile.read(wrong, 10))
            .getMessage()
            .endsWith("line 1 is not TIMESTAMP,ContextTokens,GeneratedTokens"));
    Path empty = file(HEADER);
    assertTrue(
        assertThrows(UnmaskException.class, () -> TraceFile.read(empty, 10))
            .getMessage()
            .endsWith("has no rows"));
    assertTrue(
        assertThrows(UnmaskException.class, () -> TraceFile.read(directory.resolve("x"), 10))
            .getMessage()
            .endsWith("does not exist"));
  }
}
