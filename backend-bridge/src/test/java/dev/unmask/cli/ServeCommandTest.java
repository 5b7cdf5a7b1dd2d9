package dev.unmask.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

@Timeout(120)
class ServeCommandTest {
  @TempDir static Path home;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private final ServeCommand command = new ServeCommand();

  @BeforeAll
  static void useHome() throws IOException {
    CommandLineFixture.useHome(home);
  }

  private int serve(String... arguments) {
    List<String> all = new ArrayList<>(List.of("--log-info=false", "--grpc-address=127.0.0.1"));
    all.addAll(List.of(arguments));
    return new CommandLine(command)
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(all.toArray(new String[0]));
  }

  @Test
  void serve_bundledModels_untilStopped() throws Exception {
    CompletableFuture<Integer> exit =
        CompletableFuture.supplyAsync(
            () ->
                serve(
                    "--grpc-port=0",
                    "--http-port=0",
                    "--metrics-port=0",
                    "--http-address=127.0.0.1",
                    "--metrics-address=127.0.0.1",
                    "--max-sequences=2"));
    try {
      while (!out.toString().contains("Started Metrics Service at") && !exit.isDone()) {
        Thread.onSpinWait();
      }
    } finally {
      if (command.lifecycle() != null) {
        command.lifecycle().stop();
      }
    }
    assertEquals(0, exit.get(60, TimeUnit.SECONDS), err::toString);
    String text = out.toString();
    assertTrue(text.contains("Started GRPCInferenceService at 127.0.0.1:"), text);
    assertTrue(text.contains("Started HTTPService at 127.0.0.1:"), text);
    for (String model : List.of("tiny_ar", "tiny_d2f", "tiny_llada")) {
      assertTrue(
          text.lines().anyMatch(line -> line.matches("\\| " + model + " +\\| 1 +\\| READY +\\|")),
          text);
    }
  }

  @Test
  void serve_portInUse_isOneLineAndExitCode2() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String port = Integer.toString(taken.getLocalPort());
      assertEquals(
          2,
          serve(
              "--model-repository=" + home,
              "--model-control-mode=explicit",
              "--allow-http=false",
              "--allow-metrics=false",
              "--grpc-port=" + port));
      assertEquals(1, err.toString().lines().count(), err.toString());
      assertTrue(err.toString().contains(port), err.toString());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--model-repository=/no/such | --model-repository=/no/such is not a directory",
        "--model-control-mode=manual | --model-control-mode=manual is none of",
        "--load-model=a | --load-model=a needs --model-control-mode=explicit",
        "--repository-poll-secs=0 | --repository-poll-secs=0 is not positive",
        "--model-load-thread-count=0 | --model-load-thread-count=0 below 1",
        "--exit-timeout-secs=-1 | --exit-timeout-secs=-1 is negative",
        "--metrics-config=speed=true | --metrics-config=speed=true: only",
        "--log-format=xml | --log-format='xml' is neither",
        "--log-verbose=-2 | log_verbose_level=-2 is negative",
        "--log-file=/no/such/file | --log-file=/no/such/file",
        "--max-sequences=0 | max_sequences=0 is below 1",
      })
  void serve_wrongFlag_isOneLineAndExitCode2(String flag, String message) {
    assertEquals(2, serve(flag), err::toString);
    assertEquals(1, err.toString().lines().filter(line -> !line.contains("importing")).count());
    assertTrue(err.toString().contains("serve: " + message), err.toString());
    assertFalse(out.toString().contains("Started"));
  }

  @Test
  void serve_nothingAllowed_isRefused() {
    assertEquals(2, serve("--allow-grpc=false", "--allow-http=false", "--allow-metrics=false"));
    assertTrue(err.toString().contains("nothing to serve"), err.toString());
  }
}
