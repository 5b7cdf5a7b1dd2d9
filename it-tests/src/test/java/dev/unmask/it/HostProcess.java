package dev.unmask.it;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * The host of an installation as a process of its own, with the environment that the image sets,
 * and a home directory that does not exist. Commands and events are described in {@code host.c}.
 */
final class HostProcess implements AutoCloseable {
  /** Only a host that hangs takes so long. */
  private static final long HANG_SECONDS = 120;

  private static final String NO_HOME = "/proc/nowhere";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Process process;
  private final Writer commands;
  private final Thread reader;
  private final BlockingQueue<JsonNode> events = new LinkedBlockingQueue<>();
  private final Path errors;

  private String replaced;

  private HostProcess(ProcessBuilder builder, Path errors) throws IOException {
    this.errors = errors;
    process = builder.redirectError(errors.toFile()).start();
    commands = new BufferedWriter(process.outputWriter(StandardCharsets.UTF_8));
    reader = new Thread(this::read, "host-events");
    reader.start();
  }

  /** How a host is started. */
  static final class Builder {
    private final HostInstallation installation;
    private final List<String> arguments = new ArrayList<>();
    private final Map<String, String> environment = new HashMap<>();
    private String javaOptions = "-Duser.home=" + NO_HOME;
    private Path backends;

    Builder(HostInstallation installation) {
      this.installation = installation;
      backends = installation.backends();
      environment.put("PATH", System.getenv("PATH"));
      environment.put("HOME", NO_HOME);
      environment.put("LD_LIBRARY_PATH", installation.libraries().toString());
      environment.put("LD_PRELOAD", installation.jre().resolve("lib/libjsig.so").toString());
    }

    Builder withoutLibjsig() {
      environment.remove("LD_PRELOAD");
      return this;
    }

    Builder javaOptions(String options) {
      javaOptions += " " + options;
      return this;
    }

    Builder environment(String name, String value) {
      environment.put(name, value);
      return this;
    }

    /** Takes backends from elsewhere. */
    Builder backends(Path directory) {
      backends = directory;
      return this;
    }

    /** Loads these models and no others. */
    Builder load(String... models) {
      for (String model : models) {
        arguments.add("--load=" + model);
      }
      return this;
    }

    /**
     * Starts it, and waits until it takes requests.
     *
     * @param directory where it runs and leaves its log
     */
    HostProcess start(Path repository, Path directory) throws IOException {
      List<String> command = new ArrayList<>();
      command.add(installation.program().toString());
      command.add("--library=" + installation.libraries().resolve("libtritonserver.so"));
      command.add("--repository=" + repository.toAbsolutePath());
      command.add("--backends=" + backends);
      command.add("--until-end-of-input");
      command.addAll(arguments);
      ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
      builder.environment().clear();
      builder.environment().putAll(environment);
      builder.environment().put("UNMASK_JAVA_OPTS", javaOptions);
      HostProcess host = new HostProcess(builder, Files.createTempFile(directory, "host", ".log"));
      try {
        host.replaced = host.next("installed").get("replaced").asText();
        return host;
      } catch (Throwable t) {
        host.close();
        throw t;
      }
    }
  }

  private void read() {
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        events.add(JSON.readTree(line));
      }
    } catch (IOException e) {
      events.add(JSON.createObjectNode().put("event", e.toString()));
    }
    events.add(JSON.createObjectNode().put("event", "end"));
  }

  /** A command of words. */
  void send(String... words) throws IOException {
    commands.write(String.join("\t", words));
    commands.write("\n");
    commands.flush();
  }

  /** Starts a request; the inputs are made by {@link #text} and its like. */
  void infer(String id, String model, String... inputs) throws IOException {
    send("infer", id, model, String.join("\t", inputs));
  }

  static String text(String name, String value) {
    return name + ":BYTES=" + value.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n");
  }

  static String flag(String name) {
    return name + ":BOOL=true";
  }

  static String ints(String name, int... values) {
    StringBuilder text = new StringBuilder(name).append(":INT32=");
    for (int i = 0; i < values.length; i++) {
      text.append(i == 0 ? "" : ",").append(values[i]);
    }
    return text.toString();
  }

  /** The next event; fails where that is none of the name. */
  JsonNode next(String name) {
    JsonNode event = next();
    if (!event.get("event").asText().equals(name)) {
      throw new AssertionError("not " + name + " but " + event + "\n" + errors());
    }
    return event;
  }

  /** The next event, whatever it is. */
  JsonNode next() {
    try {
      JsonNode event = events.poll(HANG_SECONDS, TimeUnit.SECONDS);
      if (event == null) {
        throw new AssertionError("the host says nothing\n" + errors());
      }
      return event;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /** The responses to requests, by their ids, up to the final ones. */
  Map<String, List<JsonNode>> answers(int requests) {
    Map<String, List<JsonNode>> answers = new HashMap<>();
    for (int left = requests; left > 0; ) {
      JsonNode response = next("response");
      answers.computeIfAbsent(response.get("id").asText(), id -> new ArrayList<>()).add(response);
      left -= response.get("final").asBoolean() ? 1 : 0;
    }
    return answers;
  }

  /** The models with their states and reasons. */
  JsonNode index() throws IOException {
    send("index");
    return next("index").get("models");
  }

  /** The library whose handler of SIGSEGV the host replaced by its own. */
  String replaced() {
    return replaced;
  }

  /** The library whose handler of SIGSEGV there is now. */
  String handler() throws IOException {
    send("handler");
    return next("handler").get("library").asText();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Sends SIGTERM. */
  void terminate() {
    // Process.destroy would close its streams.
    process.toHandle().destroy();
  }

  int exitCode() throws InterruptedException {
    if (!process.waitFor(HANG_SECONDS, TimeUnit.SECONDS)) {
      throw new AssertionError("the host does not end\n" + errors());
    }
    return process.exitValue();
  }

  /** What was logged. */
  String errors() {
    try {
      return Files.readString(errors);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
    process.onExit().join();
    try {
      reader.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
