package dev.unmask.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unmask.model.Manifests;
import dev.unmask.model.ModelSettings;
import dev.unmask.protocol.RepositoryIndexResponse.ModelIndex;
import dev.unmask.repository.ModelManifest;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import dev.unmask.server.log.LogSettings;
import dev.unmask.server.log.ServerLog;
import dev.unmask.server.metrics.MetricsConfig;
import dev.unmask.server.metrics.ServerMetrics;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class UnmaskServerTest {
  @TempDir private Path directory;
  private final FakeLoader loader = new FakeLoader();
  private final ServerMetrics metrics = new ServerMetrics(MetricsConfig.DEFAULT);
  private final ByteArrayOutputStream logged = new ByteArrayOutputStream();
  private ServerLog log;
  private TestRepository repository;
  private UnmaskServer server;

  @BeforeEach
  void open() {
    log = ServerLog.open(LogSettings.DEFAULT, logged);
    repository = new TestRepository(directory);
  }

  @AfterEach
  void close() {
    loader.held.values().forEach(CountDownLatch::countDown);
    if (server != null) {
      server.close();
    }
    loader.loaded.forEach(model -> assertEquals(1, model.closes.get(), "closed once"));
    log.close();
  }

  private UnmaskServer start(ControlMode mode, String... models) {
    server = create(mode, Duration.ofHours(1), models);
    server.start();
    return server;
  }

  private UnmaskServer create(ControlMode mode, Duration poll, String... models) {
    return new UnmaskServer(
        new RegistryConfig(
            List.of(directory), mode, List.of(models), poll, 2, 0, ModelSettings.DEFAULT),
        loader,
        metrics,
        log,
        true);
  }

  private String index() {
    return server.index("", false).getModelsList().stream()
        .map(UnmaskServerTest::line)
        .collect(Collectors.joining("; "));
  }

  private static String line(ModelIndex model) {
    return (model.getName()
            + " "
            + model.getVersion()
            + " "
            + model.getState()
            + " "
            + model.getReason())
        .strip();
  }

  private static void fails(ErrorCode code, String message, Runnable action) {
    UnmaskException e = assertThrows(UnmaskException.class, action::run);
    assertEquals(message, e.getMessage());
    assertEquals(code, e.code());
  }

  private static void await(BooleanSupplier condition) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < end, "condition did not come true");
      Thread.onSpinWait();
    }
  }

  @Test
  void start_modeNone_servesNewestVersionOfAll() throws IOException {
    repository.addVersion("a", 1);
    repository.addVersion("a", 3);
    repository.addVersion("b", 2);
    start(ControlMode.NONE);
    assertEquals("a 3 READY; b 2 READY", index());
    assertTrue(server.isReady());
    ServedModel a = server.model("a", "");
    assertSame(a, server.model("a", "3"));
    assertEquals(List.of("3"), a.metadata().getVersionsList());
    assertEquals("unmask", a.metadata().getPlatform());
    assertTrue(a.isDecoupled());
    assertEquals(2, server.statistics("", "").size());
  }

  @Test
  void start_modelFails_leavesOthersServing() throws IOException {
    repository.addVersion("bad", 1);
    repository.addVersion("good", 1);
    repository.config("odd", "max_batch_size: [");
    loader.failing.add("bad:1");
    start(ControlMode.NONE);
    assertTrue(index().startsWith("bad 1 UNAVAILABLE graph of bad:1 is broken; good 1 READY; odd"));
    assertTrue(index().contains("config.pbtxt: 1:"), index());
    assertFalse(server.isReady());
    assertTrue(server.isModelReady("good", ""));
    assertFalse(server.isModelReady("bad", ""));
    fails(
        ErrorCode.NOT_FOUND,
        "Request for unknown model: 'bad' has no available versions",
        () -> server.model("bad", ""));
    fails(
        ErrorCode.UNAVAILABLE,
        "Request for unknown model: 'bad' version 1 is not at ready state",
        () -> server.model("bad", "1"));
    String lines = logged.toString(StandardCharsets.UTF_8);
    assertEquals(
        1,
        lines
            .lines()
            .filter(line -> line.contains("failed to load 'bad' version 1: graph of bad:1"))
            .count(),
        lines);
  }

  @Test
  void model_unknown_saysSoAsTritonDoes() throws IOException {
    repository.addVersion("a", 1);
    start(ControlMode.NONE);
    fails(
        ErrorCode.NOT_FOUND,
        "Request for unknown model: 'x' is not found",
        () -> server.model("x", ""));
    fails(
        ErrorCode.NOT_FOUND,
        "Request for unknown model: 'a' version 7 is not found",
        () -> server.model("a", "7"));
    assertThrows(UnmaskException.class, () -> server.model("a", "one"));
    assertFalse(server.isModelReady("x", ""));
  }

  @Test
  void versionPolicy_specificAndAll_servesThese() throws IOException {
    for (int version = 1; version <= 3; version++) {
      repository.addVersion("all", version);
      repository.addVersion("some", version);
      repository.addVersion("none", version);
    }
    repository.config("all", "version_policy { all {} }");
    repository.config("some", "version_policy { specific { versions: [1, 2, 9] } }");
    repository.config("none", "version_policy { specific { versions: [9] } }");
    start(ControlMode.NONE);
    assertEquals(
        "all 1 READY; all 2 READY; all 3 READY; none  UNAVAILABLE at least one version must be"
            + " available under the version policy of model 'none'; some 1 READY; some 2 READY",
        index());
    assertEquals("2", server.model("some", "").version());
  }

  @Test
  void explicit_loadAndUnload_changesWhatIsServed() throws IOException {
    repository.addVersion("a", 1);
    repository.addVersion("b", 1);
    start(ControlMode.EXPLICIT, "a");
    assertEquals("a 1 READY; b", index());
    assertTrue(server.isReady());
    server.load("", "b", Map.of());
    assertEquals("a 1 READY; b 1 READY", index());
    server.unload("", "a", false);
    await(() -> index().equals("a 1 UNAVAILABLE unloaded; b 1 READY"));
    assertTrue(server.isReady());
    server.unload("", "unheard of", true);
    String text = new String(metrics.scrape(), StandardCharsets.UTF_8);
    assertFalse(text.contains("model=\"a\""));
    assertTrue(text.contains("model=\"b\""));
    fails(
        ErrorCode.INVALID_ARGUMENT,
        "failed to load 'c', failed to poll from model repository",
        () -> server.load("", "c", Map.of()));
    fails(
        ErrorCode.INVALID_ARGUMENT,
        "failed to load '../b', failed to poll from model repository",
        () -> server.load("", "../b", Map.of()));
    fails(
        ErrorCode.UNSUPPORTED,
        "'repository_name' specification is not supported",
        () -> server.load("somewhere", "b", Map.of()));
  }

  @Test
  void load_modeNone_isRefused() throws IOException {
    repository.addVersion("a", 1);
    start(ControlMode.NONE);
    String message = "explicit model load / unload is not allowed if polling is enabled";
    fails(ErrorCode.UNAVAILABLE, message, () -> server.load("", "a", Map.of()));
    fails(ErrorCode.UNAVAILABLE, message, () -> server.unload("", "a", false));
  }

  @Test
  void reload_requestInProgress_oldAnswersItAndNewTakesOver() throws Exception {
    repository.addVersion("a", 1);
    start(ControlMode.EXPLICIT, "*");
    ServedModel old = server.model("a", "");
    FakeModel oldFake = loader.last();
    Answers answers = new Answers();
    old.infer(Answers.request("r1"), answers);
    server.load("", "a", Map.of());
    assertNotSame(old, server.model("a", ""));
    assertEquals("a 1 READY", index());
    assertEquals(1, oldFake.closed.getCount());
    oldFake.finishOne();
    assertEquals(List.of("last"), answers.seen);
    assertTrue(oldFake.closed.await(30, TimeUnit.SECONDS));
    server.model("a", "").infer(Answers.request("r2"), answers);
    server.unload("", "a", false);
    Answers late = new Answers();
    old.infer(Answers.request("r3"), late);
    assertEquals(
        List.of("UNAVAILABLE: Request for unknown model: 'a' version 1 is not at ready state"),
        late.seen);
    String text = new String(metrics.scrape(), StandardCharsets.UTF_8);
    assertTrue(text.contains("reason=\"REJECTED\",version=\"1\"} 1\n"), text);
    loader.last().finishOne();
  }

  @Test
  void reload_fails_oldGoesOnServing() throws IOException {
    repository.addVersion("a", 1);
    start(ControlMode.EXPLICIT, "a");
    ServedModel old = server.model("a", "");
    loader.failing.add("a:1");
    fails(
        ErrorCode.INVALID_ARGUMENT,
        "failed to load 'a', graph of a:1 is broken",
        () -> server.load("", "a", Map.of()));
    assertSame(old, server.model("a", ""));
    assertEquals("a 1 READY", index());
    repository.config("a", "name: 'b'");
    assertThrows(UnmaskException.class, () -> server.load("", "a", Map.of()));
    assertEquals("a 1 READY", index());
    assertTrue(server.isReady());
  }

  @Test
  void load_oneVersionFails_noneIsServed() throws IOException {
    repository.addVersion("a", 1);
    repository.addVersion("a", 2);
    repository.config("a", "version_policy { all {} }");
    loader.failing.add("a:2");
    start(ControlMode.NONE);
    assertEquals(
        "a 1 UNAVAILABLE graph of a:2 is broken; a 2 UNAVAILABLE graph of a:2 is broken", index());
    assertEquals(1, loader.loaded.size());
    assertEquals(0, loader.last().closed.getCount());
  }

  @Test
  void load_configOverride_isUsed() throws IOException {
    repository.addVersion("a", 1);
    repository.addVersion("a", 2);
    start(ControlMode.EXPLICIT);
    server.load(
        "",
        "a",
        Map.of(
            "config",
            "{\"version_policy\":{\"specific\":{\"versions\":[1]}},\"parameters\":"
                + "{\"max_sequences\":{\"string_value\":\"3\"}},\"something_new\":4}"));
    assertEquals("1", server.model("a", "").version());
    assertEquals(3, loader.last().source.settings().maxSequences());
    assertThrows(
        UnmaskException.class, () -> server.load("", "a", Map.of("config", "{\"name\": [}")));
    assertThrows(
        UnmaskException.class, () -> server.load("", "a", Map.of("config", "{}", "other", "x")));
    assertEquals("1", server.model("a", "").version());
  }

  @Test
  void load_fileOverride_isServedAndRemovedBehind() throws Exception {
    start(ControlMode.EXPLICIT);
    Map<String, Object> parameters = new HashMap<>();
    parameters.put(
        "file:5/" + ModelManifest.FILE_NAME,
        Manifests.small("new").toJson().getBytes(StandardCharsets.UTF_8));
    assertThrows(UnmaskException.class, () -> server.load("", "new", parameters));
    parameters.put("config", "{}");
    server.load("", "new", parameters);
    assertEquals("new 5 READY", index());
    Path made = loader.last().source.directory();
    assertTrue(Files.isDirectory(made));
    server.unload("", "new", false);
    await(() -> !Files.exists(made.getParent()));
    parameters.put("file:5/../../evil", new byte[0]);
    assertThrows(UnmaskException.class, () -> server.load("", "new", parameters));
  }

  @Test
  void poll_changes_areFollowed() throws IOException {
    repository.addVersion("a", 1);
    repository.addVersion("b", 1);
    loader.failing.add("b:1");
    server = create(ControlMode.POLL, Duration.ofMillis(5));
    server.start();
    FakeModel first = loader.last();
    repository.addVersion("c", 1);
    await(() -> server.isModelReady("c", ""));
    assertSame(first, loader.loaded.get(0));
    assertEquals(2, loader.loaded.size());
    repository.addVersion("a", 2);
    await(() -> server.isModelReady("a", "2") && !server.isModelReady("a", "1"));
    loader.failing.clear();
    repository.touch("b", 1);
    await(() -> server.isModelReady("b", "1"));
    Files.delete(directory.resolve("c/1/unmask.json"));
    Files.delete(directory.resolve("c/1"));
    Files.delete(directory.resolve("c"));
    await(() -> !server.isModelReady("c", ""));
  }

  @Test
  void load_inProgress_isLoadingAndOthersServe() throws Exception {
    repository.addVersion("a", 1);
    repository.addVersion("slow", 1);
    start(ControlMode.EXPLICIT, "a");
    CountDownLatch hold = new CountDownLatch(1);
    loader.held.put("slow:1", hold);
    CompletableFuture<Void> load =
        CompletableFuture.runAsync(() -> server.load("", "slow", Map.of()));
    await(() -> index().contains("slow 1 LOADING"));
    assertFalse(server.isReady());
    assertTrue(server.isModelReady("a", ""));
    assertFalse(server.isModelReady("slow", ""));
    hold.countDown();
    load.get(30, TimeUnit.SECONDS);
    assertTrue(server.isReady());
  }

  @Test
  void load_manyAtOnce_leavesOneServing() throws Exception {
    repository.addVersion("a", 1);
    start(ControlMode.EXPLICIT);
    List<CompletableFuture<Void>> operations = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      boolean load = i % 4 != 3;
      operations.add(
          CompletableFuture.runAsync(
              () -> {
                if (load) {
                  server.load("", "a", Map.of());
                } else {
                  server.unload("", "a", false);
                }
              }));
    }
    for (CompletableFuture<Void> operation : operations) {
      operation.get(30, TimeUnit.SECONDS);
    }
    server.load("", "a", Map.of());
    assertTrue(server.isModelReady("a", "1"));
    await(() -> loader.loaded.stream().filter(model -> model.closed.getCount() == 1).count() == 1);
  }

  @Test
  void unhealthy_isNotReady() throws IOException {
    repository.addVersion("a", 1);
    start(ControlMode.NONE);
    loader.last().healthy = false;
    assertFalse(server.isReady());
    assertFalse(server.isModelReady("a", ""));
  }

  @Test
  void drain_requestsEndInTime_waitsForThem() throws Exception {
    repository.addVersion("a", 1);
    start(ControlMode.NONE);
    Answers answers = new Answers();
    ServedModel model = server.model("a", "");
    model.infer(Answers.request("r"), answers);
    assertEquals(1, server.activeRequests());
    CompletableFuture<Boolean> drained =
        CompletableFuture.supplyAsync(() -> server.drain(TimeUnit.MINUTES.toNanos(1)));
    await(() -> !server.isReady());
    fails(ErrorCode.UNAVAILABLE, "Server exiting", () -> server.model("a", ""));
    Answers[] late = new Answers[1];
    await(
        () -> {
          late[0] = new Answers();
          model.infer(Answers.request("late"), late[0]).cancel();
          return late[0].seen.equals(List.of("UNAVAILABLE: Server exiting"));
        });
    assertFalse(drained.isDone());
    loader.last().finishOne();
    assertTrue(drained.get(30, TimeUnit.SECONDS));
    assertEquals(List.of("last"), answers.seen);
  }

  @Test
  void drain_timeout_cancelsTheRest() throws IOException {
    repository.addVersion("a", 1);
    start(ControlMode.NONE);
    Answers answers = new Answers();
    server.model("a", "").infer(Answers.request("r"), answers);
    assertFalse(server.drain(0));
    assertEquals(List.of("CANCELLED: Request was cancelled"), answers.seen);
    assertEquals(0, server.activeRequests());
  }

  @Test
  void infer_verboseLog_hasLineWithIdAndNoMore() throws IOException {
    repository.addVersion("a", 1);
    start(ControlMode.NONE);
    log.update(Map.of("log_verbose_level", 1));
    Answers answers = new Answers();
    server.model("a", "").infer(Answers.request("id-7\nforged"), answers);
    loader.last().finishOne();
    String lines = logged.toString(StandardCharsets.UTF_8);
    assertTrue(
        lines.contains(
            "Access] request id=id-7\\nforged model=a version=1 outcome=OK responses=1 ms="),
        lines);
  }

  @Test
  void kvLoad_loaded_countsPositions() throws IOException {
    repository.addVersion("a", 1);
    repository.addVersion("b", 1);
    start(ControlMode.NONE);
    assertEquals(new InferenceServer.KvLoad(0, 640), server.kvLoad());
  }

  @Test
  void repository_missing_isRefused() {
    UnmaskException e =
        assertThrows(
            UnmaskException.class,
            () -> new ModelRepositories(List.of(directory.resolve("missing"))));
    assertEquals(ErrorCode.INVALID_ARGUMENT, e.code());
  }

  @Test
  void infer_modelReplacedAfterItWasFound_newOneAnswers() throws Exception {
    repository.addVersion("a", 1);
    start(ControlMode.EXPLICIT, "a");
    ServedModel old = server.model("a", "");
    server.load("", "a", Map.of());
    server.load("", "a", Map.of());
    Answers answers = new Answers();
    old.infer(Answers.request("1"), answers);
    assertEquals(List.of(), answers.seen);
    loader.last().finishOne();
    assertEquals(List.of("last"), answers.seen);
    server.unload("", "a", false);
    old.infer(Answers.request("2"), answers);
    assertEquals(
        "UNAVAILABLE: Request for unknown model: 'a' version 1 is not at ready state",
        answers.seen.get(1));
  }

  @Test
  void infer_modelThrows_clientIsToldAndModelCanBeUnloaded() throws Exception {
    repository.addVersion("a", 1);
    start(ControlMode.EXPLICIT, "a");
    loader.last().thrown = new NoClassDefFoundError("tokenizer");
    Answers answers = new Answers();
    server.model("a", "").infer(Answers.request("1"), answers);
    assertEquals(List.of("INTERNAL: request failed: NoClassDefFoundError"), answers.seen);
    FakeModel model = loader.last();
    server.unload("", "a", false);
    model.closed.await();
  }
}
