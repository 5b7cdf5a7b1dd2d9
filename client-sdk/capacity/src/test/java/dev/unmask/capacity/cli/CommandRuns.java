package dev.unmask.capacity.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.unmask.cli.Main;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Runs {@code unmask capacity} in this process, with a home of its own. */
final class CommandRuns {
  private static final ObjectMapper JSON = new ObjectMapper();

  private CommandRuns() {}

  /** What a run left. */
  record Result(int exitCode, String out, String err) {}

  /** Makes a directory the home, in which the bundled models are imported. */
  static void useHome(Path home) throws IOException {
    Path checkpoints = Path.of("..", "..", "model-repository", "checkpoints").toRealPath();
    Path repository = Files.createDirectories(home.resolve("model-repository"));
    Path unused = Files.createSymbolicLink(repository.resolve("checkpoints"), checkpoints);
    System.setProperty("unmask.home", home.toString());
  }

  static Result run(String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    List<String> all = new ArrayList<>(List.of("capacity"));
    all.addAll(List.of(arguments));
    int exitCode =
        Main.commandLine()
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(err))
            .execute(all.toArray(String[]::new));
    return new Result(exitCode, out.toString(), err.toString());
  }

  static JsonNode json(Path file) throws IOException {
    return JSON.readTree(file.toFile());
  }
}
