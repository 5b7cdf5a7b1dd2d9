package dev.unmask.it;

import static dev.unmask.it.HostProcess.flag;
import static dev.unmask.it.HostProcess.ints;
import static dev.unmask.it.HostProcess.text;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.unmask.bridge.engine.EngineProvider;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The backend in a process that is not Java's, as in {@code tritonserver}: it makes its own virtual
 * machine, and the process installs its signal handlers after that.
 */
@Timeout(600)
@RealTriton
class ITRealTritonHost {
  private static final String[] HOSTILE = {
    "backend: \"unmask\"", "parameters { key: \"engine\" value { string_value: \"hostile\" } }"
  };
  private static final String JVM = "libjvm.so";
  private static final int KILLED_BY_SIGSEGV = 128 + 11;
  private static final int LONG_TOKENS = 900;

  private static HostInstallation installation;

  @TempDir private Path directory;

  @BeforeAll
  static void assemble() throws IOException {
    installation = HostInstallation.assemble();
    installation.addService(EngineProvider.class, HostileEngineProvider.class, HostileFaults.class);
  }

  private static HostProcess.Builder host() {
    return new HostProcess.Builder(installation);
  }

  /** Ends a host that has nothing to do; all its requests were answered and given back. */
  private static void assertStops(HostProcess host, int requests) throws InterruptedException {
    host.terminate();
    host.next("stopping");
    assertSummary(host, host.next("summary"), requests);
  }

  private static void assertSummary(HostProcess host, JsonNode summary, int requests)
      throws InterruptedException {
    assertEquals(0, host.exitCode(), host::errors);
    assertEquals(requests, summary.get("requests").asInt());
    assertEquals(requests, summary.get("released").asInt());
    assertEquals(requests, summary.get("finals").asInt());
    assertEquals(0, summary.get("buffers").asInt());
  }

  private static Stream<JsonNode> output(List<JsonNode> responses, String name) {
    return responses.stream()
        .peek(response -> assertFalse(response.has("message"), response::toString))
        .flatMap(
            response -> StreamSupport.stream(response.at("/outputs/" + name).spliterator(), false));
  }

  private static String answer(List<JsonNode> responses) {
    return String.join("", output(responses, "text_output").map(JsonNode::asText).toList());
  }

  private static int tokens(List<JsonNode> responses) {
    return output(responses, "num_output_tokens").mapToInt(JsonNode::asInt).sum();
  }

  private static String prompt() {
    return text("text_input", ServedTest.PROMPT);
  }

  @Test
  void bundledModels_allAtOnce_answerAsTheEmbeddedEngineDoes() throws Exception {
    List<GoldenLine> lines = new ArrayList<>();
    for (String file : List.of("ar.jsonl", "d2f.jsonl", "fast_dllm.jsonl", "sdar.jsonl")) {
      GoldenLine.read(file).stream().filter(GoldenLine::stable).limit(2).forEach(lines::add);
    }
    try (HostProcess host = host().start(installation.models(), directory)) {
      assertEquals("null", host.replaced());
      assertEquals(3, host.next("index").get("models").size());
      for (int i = 0; i < lines.size(); i++) {
        GoldenLine line = lines.get(i);
        host.infer(
            "line" + i,
            line.model(),
            ints("input_ids", line.promptIds()),
            text("sampling_parameters", HttpClientFixture.write(line.parameters())),
            flag("return_output_ids"),
            "stream:BOOL=" + (i % 2 == 0));
      }
      host.infer("whole", "tiny_ar", prompt(), ints("max_tokens", 64));
      host.infer("streamed", "tiny_ar", prompt(), ints("max_tokens", 64), flag("stream"));
      Map<String, List<JsonNode>> answers = host.answers(lines.size() + 2);

      assertEquals(1, answers.get("whole").size());
      assertEquals(ServedTest.AR_ANSWER, answer(answers.get("whole")));
      assertTrue(answers.get("streamed").size() > 2);
      assertEquals(ServedTest.AR_ANSWER, answer(answers.get("streamed")));
      for (int i = 0; i < lines.size(); i++) {
        assertArrayEquals(
            lines.get(i).answerIds(),
            output(answers.get("line" + i), "output_ids").mapToInt(JsonNode::asInt).toArray(),
            lines.get(i)::toString);
      }
      assertEquals(JVM, host.handler());
      assertStops(host, lines.size() + 2);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void faultsInJava_handlersReplacedByTheHost_areCaught(boolean libjsig) throws Exception {
    HostProcess.Builder builder = host().load("first");
    try (WireRepository repository =
            new WireRepository()
                .add("first", "tiny_ar", HOSTILE)
                .add("second", "tiny_d2f", HOSTILE);
        HostProcess host =
            (libjsig ? builder : builder.withoutLibjsig()).start(repository.path(), directory)) {
      // With libjsig.so the host only believes that it replaced something.
      assertEquals(libjsig ? "null" : JVM, host.replaced());
      assertEquals("READY", host.next("index").at("/models/0/state").asText(), host::errors);
      // Also while nothing is asked of the backend, if not at once.
      while (!host.handler().equals(JVM)) {
        Thread.onSpinWait();
      }
      host.infer("whole", "first", prompt(), ints("max_tokens", 64));
      host.infer("streamed", "first", prompt(), ints("max_tokens", 64), flag("stream"));
      Map<String, List<JsonNode>> answers = host.answers(2);
      assertEquals(ServedTest.AR_ANSWER, answer(answers.get("whole")));
      assertEquals(ServedTest.AR_ANSWER, answer(answers.get("streamed")));
      assertEquals(JVM, host.handler());

      host.send("steal");
      // From now on whenever the backend is called.
      host.send("load", "second");
      assertTrue(host.next("load").get("error").isNull(), host::errors);
      host.infer("later", "second", prompt(), ints("max_tokens", 16));
      assertFalse(answer(host.answers(1).get("later")).isEmpty());
      assertEquals(JVM, host.handler());
      assertStops(host, 3);
    }
  }

  /** Shows that the faults of the test above are ones. */
  @Test
  void faultsInJava_handlerTakenWhileDecoding_killTheProcess() throws Exception {
    try (WireRepository repository = new WireRepository().add("hostile", "tiny_llada", HOSTILE);
        HostProcess host = host().withoutLibjsig().start(repository.path(), directory)) {
      host.next("index");
      List<String> inputs = new ArrayList<>(List.of(prompt(), flag("stream")));
      inputs.add(text("sampling_parameters", HttpClientFixture.write(ServedTest.endless())));
      host.infer("endless", "hostile", inputs.toArray(new String[0]));
      host.next("response");
      // The first may be undone by the thread that looks after the handlers until it was needed.
      while (host.isAlive()) {
        try {
          host.send("steal");
        } catch (IOException e) {
          break;
        }
      }
      assertEquals(KILLED_BY_SIGSEGV, host.exitCode());
      assertTrue(host.errors().contains("host: Signal (11) received"), host::errors);
    }
  }

  @Test
  void request_tooLargeForTheHeap_failsAlone() throws Exception {
    try (HostProcess host =
        host().javaOptions("-Xmx64m").load("tiny_ar").start(installation.models(), directory)) {
      host.next("index");
      host.infer("large", "tiny_ar", text("text_input", "x".repeat(70_000_000)));
      JsonNode large = host.next("response");
      assertTrue(large.get("message").asText().contains("OutOfMemoryError"), large::toString);
      host.infer("small", "tiny_ar", prompt(), ints("max_tokens", 64));
      assertEquals(ServedTest.AR_ANSWER, answer(host.answers(1).get("small")));
      assertStops(host, 2);
    }
  }

  @Test
  void host_terminatedAmidAStream_drainsAndExitsWith0() throws Exception {
    try (HostProcess host = host().load("tiny_ar").start(installation.models(), directory)) {
      host.next("index");
      host.infer(
          "long",
          "tiny_ar",
          prompt(),
          ints("max_tokens", LONG_TOKENS),
          flag("ignore_eos"),
          flag("stream"),
          flag("return_num_output_tokens"));
      List<JsonNode> responses = new ArrayList<>(List.of(host.next("response")));
      host.terminate();
      JsonNode event = host.next();
      for (; !event.get("event").asText().equals("summary"); event = host.next()) {
        responses.add(event);
      }
      assertEquals(LONG_TOKENS, tokens(responses));
      assertSummary(host, event, 1);
    }
  }

  /** A directory of backends with no more than the library in it. */
  private Path bareBackends() throws IOException {
    Path backends = Files.createDirectories(directory.resolve("backends"));
    Path backend = Files.createDirectories(backends.resolve("unmask"));
    Files.copy(
        installation.backend().resolve("libtriton_unmask.so"),
        backend.resolve("libtriton_unmask.so"));
    return backends;
  }

  private void assertSaysWhy(HostProcess.Builder builder, String... why) throws Exception {
    try (HostProcess host = builder.start(installation.models(), directory)) {
      JsonNode models = host.next("index").get("models");
      assertEquals(3, models.size());
      for (JsonNode model : models) {
        assertEquals("UNAVAILABLE", model.get("state").asText(), model::toString);
        for (String part : why) {
          assertTrue(model.get("reason").asText().contains(part), model::toString);
        }
      }
      assertEquals(models, host.index());
      assertStops(host, 0);
    }
  }

  @Test
  void virtualMachine_neverFound_saysWhy() throws Exception {
    Path backends = bareBackends();
    assertSaysWhy(
        host().withoutLibjsig().backends(backends),
        "no Java virtual machine",
        backends.resolve("unmask/jre/lib/server/libjvm.so").toString(),
        "UNMASK_LIBJVM");
    assertSaysWhy(
        host().environment("UNMASK_LIBJVM", "/no/libjvm.so"),
        "no Java virtual machine",
        "/no/libjvm.so");
  }

  @Test
  void virtualMachine_wrongOptions_saysWhy() throws Exception {
    assertSaysWhy(host().javaOptions("-Xnonsense"), "UNMASK_JAVA_OPTS=", "-Xnonsense");
  }

  @Test
  void backend_withoutJars_saysWhy() throws Exception {
    assertSaysWhy(
        host().backends(bareBackends()).environment("JAVA_HOME", installation.jre().toString()),
        "no jars in " + directory.resolve("backends/unmask/lib"));
  }

  /** Names of symbols without their versions. */
  private static List<String> symbols(Path library, String which) throws Exception {
    Process nm =
        new ProcessBuilder("nm", "-D", which, "--format=posix", library.toString()).start();
    String output = new String(nm.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, nm.waitFor());
    return output.lines().map(line -> line.replaceFirst(" .*", "")).toList();
  }

  @Test
  void library_symbols_areTritonsAndTheCLibrarys() throws Exception {
    Path library = installation.backend().resolve("libtriton_unmask.so");
    List<String> defined = symbols(library, "--defined-only");
    assertEquals(9, defined.size(), defined::toString);
    assertTrue(defined.stream().allMatch(name -> name.startsWith("TRITONBACKEND_")));
    for (String name : symbols(library, "--undefined-only")) {
      assertTrue(
          name.matches("TRITON(SERVER|BACKEND)_\\w+|\\w+@GLIBC_[0-9.]+|_ITM_\\w+|__gmon_start__"),
          name);
    }
  }
}
