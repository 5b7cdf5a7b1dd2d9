package dev.unmask.load;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * {@code unmask serve} in a process of its own, on free ports of the loopback address, with the
 * class path and the Java of this process and the flags of the launcher. Ended by {@link #close}.
 */
public final class ServerProcess implements AutoCloseable {
  private static final Pattern STARTED = Pattern.compile("Started (.+) at .*:(\\d+)");
  private static final int SERVICES = 3;
  private static final long EXIT_SECONDS = 60;

  private final Process process;
  private final Map<String, Integer> ports = new HashMap<>();
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private ServerProcess(Process process) {
    this.process = process;
  }

  /**
   * Starts a server and waits until it takes requests.
   *
   * @param log takes what it writes to its standard error
   * @param jvmFlags further flags of its Java
   * @param options of {@code serve}, ports and addresses apart
   * @throws IllegalStateException where it ends instead
   */
  public static ServerProcess start(Path log, List<String> jvmFlags, List<String> options) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:+UseSerialGC", "-Dfile.encoding=UTF-8"));
    if (Runtime.version().feature() >= 24) {
      command.add("--sun-misc-unsafe-memory-access=allow");
      command.add("--enable-native-access=ALL-UNNAMED");
    }
    command.addAll(jvmFlags);
    command.add("-Dunmask.home=" + System.getProperty("unmask.home", "."));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), "dev.unmask.cli.Main"));
    command.add("serve");
    for (String service : List.of("http", "grpc", "metrics")) {
      command.add("--" + service + "-port=0");
      command.add("--" + service + "-address=127.0.0.1");
    }
    command.addAll(options);
    try {
      ServerProcess server =
          new ServerProcess(new ProcessBuilder(command).redirectError(log.toFile()).start());
      server.awaitStart(log);
      return server;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void awaitStart(Path log) throws IOException {
    BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
    while (ports.size() < SERVICES) {
      String line = out.readLine();
      if (line == null) {
        process.destroyForcibly();
        throw new IllegalStateException("the server ended while it started; see " + log);
      }
      Matcher started = STARTED.matcher(line);
      if (started.matches()) {
        ports.put(started.group(1), Integer.parseInt(started.group(2)));
      }
    }
  }

  /** The port of HTTP. */
  public int httpPort() {
    return ports.get("HTTPService");
  }

  /** The port of gRPC. */
  public int grpcPort() {
    return ports.get("GRPCInferenceService");
  }

  /** Its process id. */
  public long pid() {
    return process.pid();
  }

  /** Processor time it has taken so far. */
  public Duration processorTime() {
    return process.info().totalCpuDuration().orElse(Duration.ZERO);
  }

  /** Its metrics as they are now. */
  public MetricsText metrics() {
    return new MetricsText(send(request(ports.get("Metrics Service"), "/metrics").GET().build()));
  }

  private static HttpRequest.Builder request(int port, String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
  }

  private String send(HttpRequest request) {
    try {
      HttpResponse<String> response = http.send(request, BodyHandlers.ofString());
      if (response.statusCode() != 200) {
        throw new IllegalStateException(request.uri() + ": " + response.body());
      }
      return response.body();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(request.uri() + ": interrupted", e);
    }
  }

  /** Stops it as SIGTERM does and waits; ends it by force where that takes a minute. */
  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(EXIT_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new IllegalStateException("the server did not end within " + EXIT_SECONDS + " s");
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
