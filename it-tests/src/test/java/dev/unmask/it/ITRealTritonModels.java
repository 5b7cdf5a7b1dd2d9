package dev.unmask.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.unmask.core.CoreOptions;
import dev.unmask.repository.TensorSpecs;
import dev.unmask.scheduler.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Models come and go in the real Triton: configurations, failures, instances, reloads. */
@RealTriton
@Timeout(300)
class ITRealTritonModels {
  private static final String BACKEND = "backend: 'unmask'";

  private RealTritonTarget triton;

  @AfterEach
  void stop() {
    if (triton != null) {
      triton.close();
    }
  }

  private void start(WireRepository repository) {
    triton = new RealTritonTarget(repository);
  }

  private void startExplicit(WireRepository repository, String... models) {
    triton = new RealTritonTarget(repository, new CoreOptions(repository.path()).explicit(models));
  }

  private JsonNode indexed(String model) {
    for (JsonNode entry : HttpClientFixture.parse(triton.core().index())) {
      if (entry.get("name").asText().equals(model)) {
        return entry;
      }
    }
    throw new AssertionError("no " + model + " in " + triton.core().index());
  }

  private String reason(String model) {
    JsonNode entry = indexed(model);
    assertEquals("UNAVAILABLE", entry.path("state").asText(), entry::toString);
    return entry.get("reason").asText();
  }

  private void answers(String model) {
    assertEquals(ServedTest.AR_ANSWER, Ask.prompt(model).start(triton).ok().text());
  }

  private void awaitUnloaded(String model) {
    Poll.until(
        model + " is unloaded", () -> indexed(model).path("reason").asText().equals("unloaded"));
  }

  // Configurations

  /** Beside the manifest there is one line: which backend. */
  @Test
  void config_backendAlone_isCompleted() {
    start(new WireRepository().add("m", "tiny_ar", BACKEND));
    JsonNode config = HttpClientFixture.parse(triton.core().config("m"));
    assertEquals(TensorSpecs.INPUTS.size(), config.get("input").size());
    assertEquals(TensorSpecs.OUTPUTS.size(), config.get("output").size());
    assertTrue(config.at("/model_transaction_policy/decoupled").asBoolean());
    assertEquals(0, config.get("max_batch_size").asInt());
    assertEquals("KIND_CPU", config.at("/instance_group/0/kind").asText());
    assertEquals(1, config.at("/instance_group/0/count").asInt());
    JsonNode metadata = HttpClientFixture.parse(triton.core().metadata("m"));
    assertEquals(TensorSpecs.INPUTS.size(), metadata.get("inputs").size());
    answers("m");
  }

  /**
   * Without any configuration Triton takes the backend from the model's name, unless it knows the
   * graph by its name.
   */
  @Test
  void config_none_isCompletedWhereTheNameSaysTheBackend() throws IOException {
    WireRepository repository = new WireRepository().add("m.unmask", "tiny_ar");
    Path version = repository.path().resolve("m.unmask").resolve("1");
    Files.move(version.resolve("model.onnx"), version.resolve("model.unmask"));
    start(repository);
    assertEquals("READY", indexed("m.unmask").get("state").asText(), triton.core().index());
    answers("m.unmask");
  }

  @Test
  void config_partlyGiven_isKept() {
    start(
        new WireRepository()
            .add(
                "m",
                "tiny_ar",
                BACKEND,
                WireRepository.NOT_DECOUPLED,
                "input [ { name: 'text_input' data_type: TYPE_STRING dims: [ 1 ] } ]",
                "parameters { key: 'max_sequences' value { string_value: '2' } }"));
    JsonNode config = HttpClientFixture.parse(triton.core().config("m"));
    assertFalse(config.at("/model_transaction_policy/decoupled").asBoolean());
    assertEquals(TensorSpecs.INPUTS.size(), config.get("input").size());
    assertEquals("2", config.at("/parameters/max_sequences/string_value").asText());
    answers("m");
    assertEquals(
        "Streaming is only supported in decoupled mode.",
        Ask.prompt("m").stream().start(triton).failure(ErrorCode.INVALID_ARGUMENT));
  }

  /** As the importer writes it. */
  @Test
  void config_complete_needsNoCompletion() throws IOException {
    WireRepository repository = new WireRepository().add("tiny_ar", "tiny_ar");
    Files.copy(
        BundledModelFixture.repository().resolve("tiny_ar").resolve("config.pbtxt"),
        repository.path().resolve("tiny_ar").resolve("config.pbtxt"));
    triton = new RealTritonTarget(repository, new CoreOptions(repository.path()).noAutoComplete());
    answers("tiny_ar");
  }

  @Test
  void config_incompleteAndNotToBeCompleted_saysWhatIsMissing() {
    WireRepository repository =
        new WireRepository()
            .add(
                "m",
                "tiny_ar",
                BACKEND,
                "max_batch_size: 0",
                "input [ { name: 'text_input' data_type: TYPE_STRING dims: [ 1 ] } ]",
                "output [ { name: 'text_output' data_type: TYPE_STRING dims: [ -1 ] } ]");
    triton = new RealTritonTarget(repository, new CoreOptions(repository.path()).noAutoComplete());
    assertTrue(
        reason("m").contains("output 'finish_reason' is missing, and auto-completion is disabled"),
        reason("m"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "max_batch_size: 8 | max_batch_size 8: requests are batched here, it must be 0",
        "input [ { name: 'x' data_type: TYPE_FP32 dims: [ 1 ] } ] | input 'x' is not one of the"
            + " model's",
        "parameters { key: 'max_sequences' value { string_value: 'many' } } | max_sequences='many'"
            + " does not parse",
        "parameters { key: 'unmask.speed' value { string_value: '9' } } | 'unmask.speed' is not a"
            + " setting",
        "parameters { key: 'engine' value { string_value: 'warp' } } | warp",
      })
  void config_thatCannotBeServed_saysWhy(String line, String why) {
    start(
        new WireRepository().add("bad", "tiny_ar", BACKEND, line).add("good", "tiny_ar", BACKEND));
    assertTrue(reason("bad").contains(why), reason("bad"));
    answers("good");
  }

  /** Refused by Triton itself, which has no GPU here to give; the backend would, too. */
  @Test
  void config_kindGpu_isRefused() {
    start(
        new WireRepository()
            .add("bad", "tiny_ar", BACKEND, "instance_group [ { kind: KIND_GPU } ]"));
    assertFalse(reason("bad").isEmpty());
  }

  @Test
  void files_damaged_sayWhy() throws IOException {
    WireRepository repository =
        new WireRepository()
            .addDamaged("graph")
            .config("graph", BACKEND)
            .add("manifest", "tiny_ar", BACKEND)
            .add("bare", "tiny_ar", BACKEND)
            .add("good", "tiny_ar", BACKEND);
    Path manifest = repository.path().resolve("manifest").resolve("1").resolve("unmask.json");
    Files.delete(manifest);
    Files.writeString(manifest, "{\"format\": 1");
    Files.delete(repository.path().resolve("bare").resolve("1").resolve("unmask.json"));
    start(repository);
    assertTrue(reason("graph").contains("model.onnx"), reason("graph"));
    assertTrue(reason("manifest").contains("unmask.json"), reason("manifest"));
    assertTrue(reason("bare").contains("no unmask.json in"), reason("bare"));
    answers("good");
  }

  // Instances

  @Test
  void instances_two_shareTheRequests() {
    start(
        new WireRepository()
            .add(
                "m",
                "tiny_llada",
                BACKEND,
                "instance_group [ { count: 2 kind: KIND_CPU } ]",
                "parameters { key: 'max_sequences' value { string_value: '1' } }",
                "parameters { key: 'max_queue_size' value { string_value: '1' } }"));
    List<Answer> busy = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      busy.add(Ask.endless("m").start(triton));
    }
    // An instance runs one and takes one more; the others are for the other instance.
    Poll.until(
        "one runs and one waits in each",
        () -> {
          Scrape scrape = triton.scrape();
          return scrape.requests("m", "running") == 2 && scrape.requests("m", "waiting") == 2;
        });
    assertEquals(2 * blocks("tiny_llada"), triton.scrape().kvBlocks("m", "max"));
    assertEquals(32, triton.scrape().kvBlocks("m", "tokens_per"));
    busy.forEach(Answer::cancel);
    busy.forEach(answer -> answer.failure(ErrorCode.CANCELLED));
    Poll.until("nothing is in progress", () -> triton.scrape().isIdle("m"));
  }

  /** Blocks of the cache of one sequence. */
  private static int blocks(String model) {
    return (BundledModelFixture.manifest(model).maxContext() + 31) / 32;
  }

  @Test
  void models_several_inOneProcess() {
    WireRepository repository = new WireRepository();
    for (int i = 0; i < 4; i++) {
      repository.add("m" + i, "tiny_ar", BACKEND);
    }
    start(repository);
    List<Answer> answers = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      answers.add(Ask.prompt("m" + i % 4).start(triton));
    }
    answers.forEach(answer -> assertEquals(ServedTest.AR_ANSWER, answer.ok().text()));
  }

  @Test
  void versions_two_areServedAsThePolicySays() {
    start(
        new WireRepository()
            .add("m", "tiny_ar", BACKEND, "version_policy { all {} }")
            .addVersion("m", "tiny_ar", 3));
    assertEquals("READY", indexed("m").get("state").asText());
    answers("m");
    assertTrue(triton.core().metrics().contains("model=\"m\",version=\"1\""));
    assertTrue(triton.core().metrics().contains("model=\"m\",version=\"3\""));
  }

  // Life cycle

  @Test
  void load_unload_load_again() {
    startExplicit(new WireRepository().add("m", "tiny_ar", BACKEND));
    assertEquals(ErrorCode.NOT_FOUND, Ask.prompt("m").start(triton).failure().code());
    for (int i = 0; i < 3; i++) {
      triton.core().load("m");
      answers("m");
      assertTrue(triton.scrape().has("unmask_forward_passes_total", "m"));
      triton.core().unload("m");
      awaitUnloaded("m");
      assertFalse(triton.core().metrics().contains("unmask_forward_passes_total{model=\"m\""));
    }
  }

  @Test
  void unload_requestsInProgressGoOn() {
    startExplicit(new WireRepository().add("m", "tiny_d2f", BACKEND), "m");
    Answer expected = Ask.prompt("m").start(triton).ok();
    List<Answer> answers = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      answers.add(Ask.prompt("m").stream().start(triton));
    }
    triton.core().unload("m");
    answers.forEach(answer -> assertEquals(expected.text(), answer.ok().text()));
    awaitUnloaded("m");
  }

  @Test
  void reload_anotherConfiguration_isServedWithoutAGap() {
    startExplicit(new WireRepository().add("m", "tiny_ar", BACKEND), "m");
    assertTrue(
        HttpClientFixture.parse(triton.core().config("m"))
            .at("/model_transaction_policy/decoupled")
            .asBoolean());
    List<Answer> answers = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      answers.add(Ask.prompt("m").start(triton));
    }
    triton
        .core()
        .load(
            "m",
            "{\"backend\":\"unmask\",\"model_transaction_policy\":{\"decoupled\":false},"
                + "\"parameters\":{\"max_sequences\":{\"string_value\":\"3\"}}}");
    answers.forEach(answer -> assertEquals(ServedTest.AR_ANSWER, answer.ok().text()));
    assertFalse(
        HttpClientFixture.parse(triton.core().config("m"))
            .at("/model_transaction_policy/decoupled")
            .asBoolean());
    answers("m");
    // Of the two models in turn one set of series is left, of one instance.
    Poll.until(
        "the old model is gone",
        () -> triton.scrape().kvBlocks("m", "max") == 3 * blocks("tiny_ar"));
    assertTrue(triton.scrape().of("unmask_generation_tokens_total", "m") > 0);
  }

  // The process

  @Test
  void servers_twoAtATimeAndInTurn_shareTheBackend() {
    start(new WireRepository().add("m", "tiny_ar", BACKEND));
    try (RealTritonTarget second =
        new RealTritonTarget(new WireRepository().add("m", "tiny_ar", BACKEND))) {
      answers("m");
      assertEquals(ServedTest.AR_ANSWER, Ask.prompt("m").start(second).ok().text());
    }
    answers("m");
    triton.close();
    start(new WireRepository().add("m", "tiny_ar", BACKEND));
    answers("m");
  }

  @Test
  void log_isTritons() throws IOException {
    WireRepository repository =
        new WireRepository()
            .add("m", "tiny_ar", BACKEND)
            .add("bad", "tiny_ar", BACKEND, "max_batch_size: 3");
    Path log = Files.createTempFile(Path.of("target"), "triton-", ".log");
    triton =
        new RealTritonTarget(
            repository,
            new CoreOptions(repository.path())
                .log(log, 1)
                .backendConfig("max_sequences", "5")
                .backendConfig("max_sequence", "5"));
    answers("m");
    stop();
    triton = null;
    String text = Files.readString(log);
    assertTrue(text.contains("maxSequences=5"), text);
    assertTrue(
        text.contains("--backend-config=unmask,max_sequence: there is no such setting"), text);
    assertTrue(text.contains("TritonBackend.java"), text);
    Files.delete(log);
  }

  @Test
  void backendConfig_isTheDefaultOfModels() {
    WireRepository repository =
        new WireRepository()
            .add("m", "tiny_ar", BACKEND)
            .add(
                "own",
                "tiny_ar",
                BACKEND,
                "parameters { key: 'max_sequences' value { string_value: '1' } }");
    triton =
        new RealTritonTarget(
            repository, new CoreOptions(repository.path()).backendConfig("max_sequences", "2"));
    assertEquals(2 * blocks("tiny_ar"), triton.scrape().kvBlocks("m", "max"));
    assertEquals(blocks("tiny_ar"), triton.scrape().kvBlocks("own", "max"));
  }

  @Test
  void backendConfig_wrong_isTheReasonOfEveryModel() {
    WireRepository repository = new WireRepository().add("m", "tiny_ar", BACKEND);
    triton =
        new RealTritonTarget(
            repository, new CoreOptions(repository.path()).backendConfig("watermark", "2"));
    assertTrue(reason("m").contains("watermark=2.0 is not in [0, 1)"), reason("m"));
  }
}
