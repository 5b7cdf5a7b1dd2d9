package dev.unmask.capacity.report;

import com.fasterxml.jackson.databind.JsonNode;
import dev.unmask.capacity.measure.Level;
import dev.unmask.capacity.measure.Level.TargetLevel;
import dev.unmask.capacity.report.html.HtmlReport;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Writes the files of a measurement: {@code report.html}, {@code summary.json}, {@code sweep.csv},
 * and for every target and load a folder with {@code profile_export.jsonl} and {@code
 * profile_export_aiperf.csv}. The directory appears under its name when it is complete.
 */
public final class ReportFiles implements AutoCloseable {
  private final Path directory;
  private final Path temporary;

  /**
   * Makes a directory beside, in which they are written.
   *
   * @throws UnmaskException ALREADY_EXISTS where there is something, INVALID_ARGUMENT where nothing
   *     can be written
   */
  public ReportFiles(Path directory) {
    this.directory = directory.toAbsolutePath();
    if (Files.exists(directory)) {
      throw new UnmaskException(ErrorCode.ALREADY_EXISTS, "--output=" + directory + " exists");
    }
    try {
      temporary =
          Files.createTempDirectory(
              this.directory.getParent(), "." + this.directory.getFileName() + "-");
    } catch (IOException e) {
      throw UnmaskException.invalid("--output=" + directory + " cannot be made: " + e);
    }
  }

  /** Writes all. */
  public void write(JsonNode summary, List<Level> levels) {
    try {
      Files.writeString(temporary.resolve("summary.json"), summary.toPrettyString() + "\n");
      Files.writeString(temporary.resolve("report.html"), HtmlReport.render(summary));
      try (Writer out = Files.newBufferedWriter(temporary.resolve("sweep.csv"))) {
        SweepCsv.write(levels, out);
      }
      RecordExport records = new RecordExport();
      for (Level level : levels) {
        for (TargetLevel target : level.targets()) {
          write(records, target, folder(temporary, level, target));
        }
      }
      Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwxr-xr-x"));
      Files.move(temporary, directory);
    } catch (IOException e) {
      throw new UnmaskException(ErrorCode.UNAVAILABLE, "--output=" + directory + ": " + e, e);
    }
  }

  private static Path folder(Path parent, Level level, TargetLevel target) {
    return parent.resolve(
        String.format(
            Locale.ROOT, "%s-%s-%s", target.name(), level.load().kind(), level.load().valueText()));
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

  /** Removes what was not completed. */
  @Override
  public void close() {
    if (!Files.exists(temporary)) {
      return;
    }
    try (Stream<Path> paths = Files.walk(temporary)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      throw new UnmaskException(ErrorCode.UNAVAILABLE, "--output=" + directory + ": " + e, e);
    }
  }
}
