package dev.unmask.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Runs the command line in this process, on a project directory of its own. */
final class CommandLineFixture {
  private static final ObjectMapper JSON = new ObjectMapper();

  private CommandLineFixture() {}

  /** What a run left. */
  record Result(int exitCode, String out, String err) {
    List<JsonNode> lines() throws IOException {
      return json(out);
    }
  }

  /** Makes a directory with a copy of the bundled checkpoints the project's home. */
  static void useHome(Path home) throws IOException {
    Path source = Path.of("..", "model-repository", "checkpoints").toRealPath();
    Path target = home.resolve("model-repository").resolve("checkpoints");
    try (Stream<Path> files = Files.walk(source)) {
      for (Path file : files.toList()) {
        Path copy = target.resolve(source.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(copy);
        } else {
          Files.copy(file, copy);
        }
      }
    }
    System.setProperty("unmask.home", home.toString());
  }

  static Result run(String... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int exitCode =
        Main.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err)).execute(args);
    return new Result(exitCode, out.toString(), err.toString());
  }

  static List<JsonNode> json(String lines) throws IOException {
    List<JsonNode> result = new ArrayList<>();
    for (String line : lines.lines().toList()) {
      result.add(JSON.readTree(line));
    }
    return result;
  }
}
