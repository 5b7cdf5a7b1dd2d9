package dev.unmask.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unmask.model.ModelSettings;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import dev.unmask.server.log.LogSettings;
import dev.unmask.server.log.ServerLog;
import dev.unmask.server.metrics.MetricsConfig;
import dev.unmask.server.metrics.ServerMetrics;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ServerLifecycleTest {
  @TempDir private Path directory;
  private final FakeLoader loader = new FakeLoader();
  private final List<String> events = new CopyOnWriteArrayList<>();
  private final StringWriter out = new StringWriter();
  private ServerLog log;
  private UnmaskServer server;

  @BeforeEach
  void open() throws IOException {
    log = ServerLog.open(LogSettings.DEFAULT, new ByteArrayOutputStream());
    TestRepository repository = new TestRepository(directory);
    repository.addVersion("good", 1);
    repository.addVersion("worse", 12);
    loader.failing.add("worse:12");
    server =
        new UnmaskServer(
            new RegistryConfig(
                List.of(directory),
                ControlMode.NONE,
                List.of(),
                Duration.ofHours(1),
                1,
                0,
                ModelSettings.DEFAULT),
            loader,
            new ServerMetrics(MetricsConfig.DEFAULT),
            log,
            false);
  }

  @AfterEach
  void close() {
    server.close();
    loader.loaded.forEach(model -> assertEquals(1, model.closes.get()));
    log.close();
  }

  private ServerLifecycle lifecycle(Duration exitTimeout, FakeFrontEnd... frontEnds) {
    return new ServerLifecycle(
        server,
        List.of(frontEnds).stream()
            .map(frontEnd -> new Endpoint(frontEnd.name() + "Service", "127.0.0.1", frontEnd))
            .toList(),
        exitTimeout);
  }

  @Test
  void start_printsTableAndEndpoints() {
    FakeFrontEnd http = new FakeFrontEnd("HTTP", 0, events);
    ServerLifecycle lifecycle = lifecycle(Duration.ZERO, http);
    lifecycle.start(new PrintWriter(out));
    assertEquals(
        "+-------+---------+------------------------------------------+\n"
            + "| Model | Version | Status                                   |\n"
            + "+-------+---------+------------------------------------------+\n"
            + "| good  | 1       | READY                                    |\n"
            + "| worse | 12      | UNAVAILABLE: graph of worse:12 is broken |\n"
            + "+-------+---------+------------------------------------------+\n"
            + "Started HTTPService at 127.0.0.1:"
            + http.port()
            + "\n",
        out.toString());
    assertTrue(server.isReady());
    lifecycle.stop();
    assertFalse(server.isReady());
    assertEquals(List.of("start HTTP", "drain HTTP", "close HTTP"), events);
    assertEquals(0, loader.last().closed.getCount());
  }

  @Test
  void start_portInUse_closesWhatWasStarted() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      ServerLifecycle lifecycle =
          lifecycle(
              Duration.ZERO,
              new FakeFrontEnd("HTTP", 0, events),
              new FakeFrontEnd("GRPC", taken.getLocalPort(), events));
      UnmaskException e =
          assertThrows(
              UnmaskException.class, () -> lifecycle.start(new PrintWriter(new StringWriter())));
      assertEquals(ErrorCode.UNAVAILABLE, e.code());
      assertEquals(List.of("start HTTP", "close HTTP"), events);
      assertEquals(0, loader.last().closed.getCount());
      lifecycle.awaitStopped();
    }
  }

  @Test
  void stop_requestInProgress_isAnsweredBeforeConnectionsClose() throws Exception {
    ServerLifecycle lifecycle =
        lifecycle(Duration.ofMinutes(1), new FakeFrontEnd("HTTP", 0, events));
    lifecycle.start(new PrintWriter(out));
    Answers answers = new Answers();
    server.model("good", "").infer(Answers.request("r"), answers);
    CompletableFuture<Void> stop = CompletableFuture.runAsync(lifecycle::stop);
    while (!events.contains("drain HTTP")) {
      Thread.onSpinWait();
    }
    assertFalse(server.isReady());
    assertFalse(events.contains("close HTTP"));
    loader.last().finishOne();
    stop.get(30, TimeUnit.SECONDS);
    lifecycle.stop();
    lifecycle.awaitStopped();
    assertEquals(List.of("last"), answers.seen);
    assertEquals(List.of("start HTTP", "drain HTTP", "close HTTP"), events);
  }

  @Test
  void stop_timeout_cancels() {
    ServerLifecycle lifecycle = lifecycle(Duration.ZERO, new FakeFrontEnd("HTTP", 0, events));
    lifecycle.start(new PrintWriter(out));
    Answers answers = new Answers();
    server.model("good", "").infer(Answers.request("r"), answers);
    lifecycle.stop();
    assertEquals(List.of("CANCELLED: Request was cancelled"), answers.seen);
  }
}
