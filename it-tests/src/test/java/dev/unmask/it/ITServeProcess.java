package dev.unmask.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unmask.protocol.ModelStreamInferResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code unmask serve} as a process of its own, with the flags of the launcher. */
@Timeout(600)
class ITServeProcess {
  private static final long LONG_SECONDS = 400;

  @TempDir private Path directory;

  /** A process whose output goes to files. */
  private final class Serve implements AutoCloseable {
    private final Path out = directory.resolve("out");
    private final Path err = directory.resolve("err");
    private final Process process;

    Serve(Path repository, String... flags) throws IOException {
      List<String> command = new ArrayList<>();
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      command.addAll(List.of("-XX:+UseSerialGC", "-Dfile.encoding=UTF-8", "-Dunmask.home=.."));
      if (Runtime.version().feature() >= 24) {
        command.add("--sun-misc-unsafe-memory-access=allow");
        command.add("--enable-native-access=ALL-UNNAMED");
      }
      command.addAll(List.of("-cp", System.getProperty("java.class.path")));
      command.addAll(List.of("dev.unmask.cli.Main", "serve", "--model-repository=" + repository));
      command.addAll(List.of(flags));
      process =
          new ProcessBuilder(command)
              .redirectOutput(out.toFile())
              .redirectError(err.toFile())
              .start();
    }

    String out() {
      return read(out);
    }

    String err() {
      return read(err);
    }

    private String read(Path file) {
      try {
        return Files.readString(file);
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }

    /** The port of a service, once it is announced. */
    int port(String service) {
      Pattern line = Pattern.compile("Started " + service + " at [^ ]*:([0-9]+)\n");
      while (process.isAlive()) {
        Matcher matcher = line.matcher(out());
        if (matcher.find()) {
          return Integer.parseInt(matcher.group(1));
        }
        try {
          process.waitFor(20, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new AssertionError(e);
        }
      }
      throw new AssertionError(service + " did not start: " + err());
    }

    int exitCode() throws InterruptedException {
      assertTrue(process.waitFor(LONG_SECONDS, TimeUnit.SECONDS), "the process does not end");
      return process.exitValue();
    }

    @Override
    public void close() {
      process.destroyForcibly();
      process.onExit().join();
    }
  }

  private static String[] freePorts(String... further) {
    List<String> flags =
        new ArrayList<>(
            List.of(
                "--http-port=0",
                "--grpc-port=0",
                "--metrics-port=0",
                "--http-address=127.0.0.1",
                "--grpc-address=127.0.0.1"));
    flags.addAll(List.of(further));
    return flags.toArray(new String[0]);
  }

  @Test
  void serve_terminatedAmidAStream_drainsAndExitsWith0() throws Exception {
    try (WireRepository repository = new WireRepository().add("tiny_ar", "tiny_ar");
        Serve serve = new Serve(repository.path(), freePorts("--exit-timeout-secs=60"))) {
      HttpClientFixture http = new HttpClientFixture(serve.port("HTTPService"));
      try (GrpcClientFixture grpc = new GrpcClientFixture(serve.port("GRPCInferenceService"));
          GrpcStream stream = grpc.stream()) {
        http.get("/v2/health/ready").expect(200);
        assertTrue(serve.out().contains("| tiny_ar"), serve::out);
        String prompt = "no word of this is logged";
        stream.send(
            GrpcClientFixture.request(
                    "tiny_ar",
                    GrpcClientFixture.texts("text_input", prompt),
                    GrpcClientFixture.ints("max_tokens", 900),
                    GrpcClientFixture.bool("ignore_eos", true),
                    GrpcClientFixture.bool("return_num_output_tokens", true),
                    GrpcClientFixture.bool("stream", true))
                .build());
        int tokens = tokens(stream.next());
        serve.process.destroy();
        for (ModelStreamInferResponse next : stream.rest()) {
          tokens += tokens(next);
        }
        assertEquals(900, tokens);
        assertEquals(0, serve.exitCode(), serve::err);
        assertFalse(serve.err().contains(prompt), serve::err);
      }
    }
  }

  private static int tokens(ModelStreamInferResponse response) {
    assertEquals("", response.getErrorMessage());
    return GrpcOutputs.has(response.getInferResponse(), "num_output_tokens")
        ? GrpcOutputs.ints(response.getInferResponse(), "num_output_tokens")[0]
        : 0;
  }

  @Test
  void serve_terminatedWithEndlessRequest_cancelsItAfterTheTimeout() throws Exception {
    try (WireRepository repository = new WireRepository().add("tiny_llada", "tiny_llada");
        Serve serve = new Serve(repository.path(), freePorts("--exit-timeout-secs=1"));
        RawConnection connection = new RawConnection(serve.port("HTTPService"))) {
      connection.post(
          "/v2/models/tiny_llada/generate_stream",
          HttpClientFixture.write(ServedTest.endless("stream", true)));
      connection.firstChunk();
      serve.process.destroy();
      assertEquals(0, serve.exitCode(), serve::err);
      assertTrue(serve.err().contains("exit timeout expired"), serve::err);
    }
  }

  private void assertRefused(Path repository, String named, String... flags) throws Exception {
    try (Serve serve = new Serve(repository, flags)) {
      assertEquals(2, serve.exitCode(), serve::err);
      List<String> lines = serve.err().lines().toList();
      assertEquals(1, lines.stream().filter(line -> line.startsWith("unmask serve: ")).count());
      assertTrue(serve.err().contains(named), serve::err);
      assertFalse(serve.err().contains("\tat "), serve::err);
    }
  }

  @Test
  void serve_wrongStarts_areOneLineAndExitCode2() throws Exception {
    assertRefused(Path.of("/no/such/place"), "/no/such/place", freePorts());
    assertRefused(directory, "--speed", freePorts("--speed=high"));
    assertRefused(directory, "--http-port", "--http-port=many");
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      int port = taken.getLocalPort();
      assertRefused(
          directory,
          Integer.toString(port),
          "--model-control-mode=explicit",
          "--grpc-port=0",
          "--metrics-port=0",
          "--http-address=127.0.0.1",
          "--http-port=" + port);
    }
  }
}
