package dev.unmask.capacity.report;

import com.fasterxml.jackson.databind.JsonNode;
import dev.unmask.capacity.measure.Level;
import dev.unmask.capacity.measure.Level.TargetLevel;
import dev.unmask.capacity.report.html.HtmlReport;
import dev.unmask.files.OutputDirectory;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Writes the files of a measurement: {@code report.html}, {@code summary.json}, {@code sweep.csv},
 * and for every target and load a folder with {@code profile_export.jsonl} and {@code
 * profile_export_aiperf.csv}. The directory appears under its name when it is complete.
 */
public final class ReportFiles implements AutoCloseable {
  private final OutputDirectory directory;

  /**
   * Makes a directory beside, in which they are written.
   *
   * @throws UnmaskException ALREADY_EXISTS where there is something, UNAVAILABLE where nothing can
   *     be written
   */
  public ReportFiles(Path directory) {
    this.directory = OutputDirectory.create(directory, "--output", "report");
  }

  /** Writes all. */
  public void write(JsonNode summary, List<Level> levels) {
    try {
      Files.writeString(directory.resolve("summary.json"), summary.toPrettyString() + "\n");
      Files.writeString(directory.resolve("report.html"), HtmlReport.render(summary));
      try (Writer out = Files.newBufferedWriter(directory.resolve("sweep.csv"))) {
        SweepCsv.write(levels, out);
      }
      RecordExport records = new RecordExport();
      for (Level level : levels) {
        for (TargetLevel target : level.targets()) {
          write(records, target, directory.resolve(folder(level, target)));
        }
      }
    } catch (IOException e) {
      throw new UnmaskException(ErrorCode.UNAVAILABLE, "--output: " + e, e);
    }
    Path unused = directory.publish();
  }

  private static String folder(Level level, TargetLevel target) {
    return String.join("-", target.name(), level.load().kind(), level.load().valueText());
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

  @Override
  public void close() {
    directory.close();
  }
}
