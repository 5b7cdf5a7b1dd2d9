package dev.unmask.capacity.report;

import com.fasterxml.jackson.databind.JsonNode;
import dev.unmask.capacity.measure.Level;
import dev.unmask.capacity.measure.Level.TargetLevel;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Writes the files of a measurement: {@code summary.json}, {@code sweep.csv}, and for every target
 * and load a folder with {@code profile_export.jsonl} and {@code profile_export_aiperf.csv}. The
 * directory appears under its name when it is complete.
 */
public final class ReportFiles {
  private final Path directory;

  /**
   * Checks where they are to be written.
   *
   * @throws UnmaskException ALREADY_EXISTS where there is something, INVALID_ARGUMENT where nothing
   *     can be written
   */
  public ReportFiles(Path directory) {
    this.directory = directory.toAbsolutePath();
    if (Files.exists(directory)) {
      throw new UnmaskException(ErrorCode.ALREADY_EXISTS, "--output=" + directory + " exists");
    }
    Path parent = this.directory.getParent();
    if (!Files.isDirectory(parent) || !Files.isWritable(parent)) {
      throw UnmaskException.invalid(
          "--output=" + directory + ": " + parent + " is no directory that can be written");
    }
  }

  /**
   * Writes all.
   *
   * @param page the report as HTML
   */
  public void write(JsonNode summary, String page, List<Level> levels) {
    Path temporary = null;
    try {
      temporary =
          Files.createTempDirectory(directory.getParent(), "." + directory.getFileName() + "-");
      Files.writeString(temporary.resolve("summary.json"), summary.toPrettyString() + "\n");
      Files.writeString(temporary.resolve("report.html"), page);
      try (Writer out = Files.newBufferedWriter(temporary.resolve("sweep.csv"))) {
        SweepCsv.write(levels, out);
      }
      RecordExport records = new RecordExport();
      for (Level level : levels) {
        for (TargetLevel target : level.targets()) {
          write(records, target, folder(temporary, level, target));
        }
      }
      Files.move(temporary, directory);
    } catch (IOException e) {
      delete(temporary);
      throw new UnmaskException(ErrorCode.UNAVAILABLE, "--output=" + directory + ": " + e, e);
    }
  }

  private static Path folder(Path parent, Level level, TargetLevel target) {
    return parent.resolve(
        String.format(Locale.ROOT, "%s-%s-%s", target.name(), level.load().kind(), plain(level)));
  }

  private static String plain(Level level) {
    double value = level.load().value();
    return value == Math.rint(value) ? String.valueOf((long) value) : String.valueOf(value);
  }

  private static void write(RecordExport records, TargetLevel target, Path folder)
      throws IOException {
    Files.createDirectory(folder);
    try (BufferedWriter out = Files.newBufferedWriter(folder.resolve("profile_export.jsonl"))) {
      records.write(target, out);
    }
    try (BufferedWriter out =
        Files.newBufferedWriter(folder.resolve("profile_export_aiperf.csv"))) {
      StatisticsCsv.write(target.figures(), out);
    }
  }

  private static void delete(Path directory) {
    if (directory == null) {
      return;
    }
    try (Stream<Path> paths = Files.walk(directory)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      // The error that led here is the one to tell.
    }
  }
}
