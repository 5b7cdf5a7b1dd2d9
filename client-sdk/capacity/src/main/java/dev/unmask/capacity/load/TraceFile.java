package dev.unmask.capacity.load;

import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads a trace of requests: a CSV file with the header {@code
 * TIMESTAMP,ContextTokens,GeneratedTokens}, as Azure's public LLM inference traces have it. A time
 * is a date with a time or a number of seconds.
 */
public final class TraceFile {
  private static final String HEADER = "TIMESTAMP,ContextTokens,GeneratedTokens";
  private static final DateTimeFormatter TIME =
      new DateTimeFormatterBuilder()
          .appendPattern("yyyy-MM-dd['T'][ ]HH:mm:ss")
          .appendFraction(ChronoField.NANO_OF_SECOND, 0, 9, true)
          .toFormatter();

  private TraceFile() {}

  /**
   * Reads the first rows of a trace.
   *
   * @param most rows at most
   * @throws UnmaskException INVALID_ARGUMENT for a line that is wrong, naming it; NOT_FOUND where
   *     there is no file
   */
  public static List<TraceRow> read(Path file, int most) {
    List<TraceRow> rows = new ArrayList<>();
    try (BufferedReader reader = Files.newBufferedReader(file)) {
      String header = reader.readLine();
      if (header == null || !header.strip().equalsIgnoreCase(HEADER)) {
        throw wrong(file, 1, "is not " + HEADER);
      }
      long first = 0;
      long last = Long.MIN_VALUE;
      int number = 1;
      for (String line = reader.readLine();
          line != null && rows.size() < most;
          line = reader.readLine()) {
        number++;
        if (line.isBlank()) {
          continue;
        }
        String[] fields = line.strip().split(",", -1);
        if (fields.length != 3) {
          throw wrong(file, number, "has " + fields.length + " fields and not 3");
        }
        long nanos = nanos(fields[0], file, number);
        if (nanos < last) {
          throw wrong(file, number, "is before the line before it: " + fields[0]);
        }
        first = rows.isEmpty() ? nanos : first;
        last = nanos;
        rows.add(
            new TraceRow(
                nanos - first, tokens(fields[1], file, number), tokens(fields[2], file, number)));
      }
    } catch (NoSuchFileException e) {
      throw new UnmaskException(ErrorCode.NOT_FOUND, "--trace=" + file + " does not exist");
    } catch (IOException e) {
      throw new UnmaskException(ErrorCode.UNAVAILABLE, "--trace=" + file + ": " + e, e);
    }
    if (rows.isEmpty()) {
      throw UnmaskException.invalid("--trace=" + file + " has no rows");
    }
    return rows;
  }

  private static long nanos(String text, Path file, int number) {
    try {
      if (text.matches("\\d{1,9}(\\.\\d+)?")) {
        return Math.round(Double.parseDouble(text) * 1e9);
      }
      LocalDateTime time = LocalDateTime.parse(text, TIME);
      return Math.addExact(
          Math.multiplyExact(time.toEpochSecond(ZoneOffset.UTC), 1_000_000_000L), time.getNano());
    } catch (DateTimeException | ArithmeticException e) {
      throw wrong(file, number, "has no time: " + text);
    }
  }

  private static int tokens(String text, Path file, int number) {
    if (!text.matches("\\d{1,9}")) {
      throw wrong(file, number, "has no number of tokens: " + text);
    }
    return Integer.parseInt(text);
  }

  private static UnmaskException wrong(Path file, int number, String why) {
    return UnmaskException.invalid("--trace=" + file + ": line " + number + " " + why);
  }
}
