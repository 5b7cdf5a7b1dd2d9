package dev.unmask.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.unmask.bridge.engine.EngineOptions;
import dev.unmask.cli.CommandLineFixture.Result;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GenerateCommandTest {
  private static final String RECORD =
      "Extract JSON from: Tom is 30 years old, lives in Paris, knows Ana.";
  private static final String ANSWER =
      "{\"name\": \"Tom\", \"age\": 30, \"city\": \"Paris\", \"friend\": \"Ana\"}";

  @TempDir static Path home;
  @TempDir Path directory;

  @BeforeAll
  static void useHome() throws IOException {
    CommandLineFixture.useHome(home);
  }

  @Test
  void prompt_bundledModel_importedThenAnswered() {
    Result result = CommandLineFixture.run("generate", "--model", "tiny_d2f", "--prompt", RECORD);
    assertEquals(0, result.exitCode(), result.err());
    assertEquals(ANSWER, result.out().strip());
    assertTrue(result.err().contains("1 requests, 24 tokens"), result.err());
    assertTrue(Files.isRegularFile(home.resolve("model-repository/models/tiny_d2f/1/model.onnx")));
  }

  @Test
  void prompt_quantizedModel_answeredAsInFp32() {
    String checkpoints = home.resolve("model-repository/checkpoints").toString();
    for (String dtype : List.of("int8", "int4")) {
      Result imported =
          CommandLineFixture.run(
              "import",
              "--checkpoint",
              checkpoints + "/tiny-llada",
              "--adapter",
              checkpoints + "/tiny-llada-d2f",
              "--attention",
              "block_causal",
              "--block-size",
              "16",
              "--repository",
              home.resolve("model-repository/models").toString(),
              "--name",
              dtype,
              "--dtype",
              dtype);
      assertEquals(0, imported.exitCode(), imported.err());
      assertTrue(imported.out().contains(dtype + ", max_context"), imported.out());
      Result result = CommandLineFixture.run("generate", "--model", dtype, "--prompt", RECORD);
      assertEquals(0, result.exitCode(), result.err());
      assertEquals(ANSWER, result.out().strip());
    }
  }

  @Test
  void refresh_onlyModelsMadeHere() throws Exception {
    BundledModels.ensure(BundledModels.D2F, new PrintWriter(Writer.nullWriter()));
    Path models = home.resolve("model-repository/models");
    Path graph = models.resolve("tiny_d2f/1/model.onnx");
    Files.delete(graph);
    Path foreign = Files.createDirectories(models.resolve("tiny_ar/1"));
    StringWriter err = new StringWriter();
    BundledModels.refresh(new PrintWriter(err));
    assertTrue(Files.isRegularFile(graph));
    assertTrue(err.toString().contains("unmask: importing tiny_d2f from tiny-llada"));
    assertFalse(err.toString().contains("tiny_ar"), err.toString());
    Files.delete(foreign);
    Files.delete(foreign.getParent());
  }

  @Test
  void input_goodAndBadLines_orderKeptBadOnesReported() throws Exception {
    Path output = directory.resolve("out.jsonl");
    Result result =
        run(
            List.of("--output", output.toString(), "--batch", "3"),
            line("\"id\": \"a\", \"task\": \"json\", \"expected\": " + quoted(ANSWER)),
            "{\"id\": \"b\", \"prompt\": \"x\", \"parameters\": {\"max_tokens\": -1}}",
            "",
            "not json",
            "{\"id\": \"c\", \"prompt\": \"x\", \"parameters\": {\"maxtokens\": 4}}",
            "{\"id\": \"d\"}",
            "{\"id\": \"e\", \"infill\": [\"a\", 3]}",
            "{\"id\": \"f\", \"input_ids\": [1, 99999]}",
            line("\"id\": \"g\", \"parameters\": {\"max_tokens\": 5}, \"expected\": \"no\""));
    assertEquals(1, result.exitCode());
    assertEquals("", result.out());
    List<JsonNode> lines = CommandLineFixture.json(Files.readString(output));
    List<String> ids = lines.stream().map(node -> node.get("id").asText()).toList();
    assertEquals(List.of("a", "b", "4", "c", "d", "e", "f", "g"), ids);
    JsonNode good = lines.get(0);
    assertEquals("json", good.get("task").asText());
    assertEquals(ANSWER, good.get("text").asText());
    assertEquals("stop", good.get("finish_reason").asText());
    assertEquals(24, good.get("num_output_tokens").asInt());
    assertEquals(24, good.get("output_ids").size());
    assertEquals(766, good.get("raw_output_ids").get(24).asInt());
    assertTrue(good.get("exact").asBoolean());
    assertTrue(good.get("forward_passes").asInt() < 10);
    assertTrue(good.get("query_tokens").asInt() > good.get("num_input_tokens").asInt());
    assertTrue(good.get("seconds").asDouble() > 0);
    assertEquals("length", lines.get(7).get("finish_reason").asText());
    assertEquals(5, lines.get(7).get("output_ids").size());
    assertFalse(lines.get(7).get("exact").asBoolean());
    for (JsonNode bad : lines.subList(1, 7)) {
      assertFalse(bad.has("text"));
      assertTrue(result.err().contains(": " + bad.get("error").asText()), result.err());
    }
    assertTrue(result.err().contains("line 2: max_tokens=-1"), result.err());
    assertTrue(result.err().contains("line 4: not JSON"), result.err());
    assertTrue(result.err().contains("line 5: maxtokens=4"), result.err());
    assertTrue(result.err().contains("exact 1/2 (0.500), failed 6"), result.err());
    try (Stream<Path> files = Files.list(directory)) {
      assertEquals(2, files.count());
    }
  }

  @Test
  void input_stopWords_textCutBeforeTheFirst() throws Exception {
    Result result =
        run(
            List.of("--set", "stop=Paris"),
            line("\"id\": 1"),
            line("\"id\": 2, \"parameters\": {\"stop\": [\"zzz\", \"30\", \"city\"]}"),
            line("\"id\": 3, \"parameters\": {\"stop\": 7}"));
    assertEquals(1, result.exitCode());
    List<JsonNode> lines = result.lines();
    assertEquals(ANSWER.substring(0, ANSWER.indexOf("Paris")), lines.get(0).get("text").asText());
    assertEquals("stop", lines.get(0).get("finish_reason").asText());
    assertEquals("{\"name\": \"Tom\", \"age\": ", lines.get(1).get("text").asText());
    assertEquals(
        lines.get(1).get("num_output_tokens").asInt(), lines.get(1).get("output_ids").size());
    assertTrue(lines.get(2).get("error").asText().startsWith("stop=7"));
  }

  @Test
  void input_promptAsIds_sameResponse() throws Exception {
    JsonNode byText = run(List.of(), line("\"id\": 1")).lines().get(0);
    int[] ids;
    try (OpenModel model =
        OpenModel.open(
            BundledModels.repository(), BundledModels.D2F, "onnxruntime", EngineOptions.DEFAULT)) {
      ids = model.encoder().encode(RECORD);
    }
    JsonNode byIds = run(List.of(), "{\"input_ids\": " + Arrays.toString(ids) + "}").lines().get(0);
    assertEquals(byText.get("raw_output_ids"), byIds.get("raw_output_ids"));
    assertEquals(1, byIds.get("id").asInt());
  }

  @Test
  void input_batched_sameTokens() throws Exception {
    List<String> prompts = new ArrayList<>();
    for (DemoPrompts.Prompt prompt : DemoPrompts.pick(9, null)) {
      prompts.add("{\"prompt\": " + quoted(prompt.prompt()) + "}");
    }
    List<JsonNode> alone = run(List.of(), prompts.toArray(new String[0])).lines();
    List<JsonNode> together = run(List.of("--batch", "4"), prompts.toArray(new String[0])).lines();
    assertEquals(9, alone.size());
    for (int i = 0; i < alone.size(); i++) {
      assertEquals(alone.get(i).get("raw_output_ids"), together.get(i).get("raw_output_ids"));
    }
  }

  @Test
  void infill_bidirectionalModel_fillsTheGaps() throws Exception {
    Path input = directory.resolve("in.jsonl");
    Files.writeString(input, "{\"infill\": [\"def run(x):\\n    x = x\", 3, \"\\n\", 2, \"x\"]}\n");
    Result result =
        CommandLineFixture.run(
            "generate",
            "--model",
            "tiny_llada",
            "--input",
            input.toString(),
            "--set",
            "algorithm=llada");
    assertEquals(0, result.exitCode(), result.err());
    JsonNode line = result.lines().get(0);
    assertEquals(2, line.get("fills").size());
    assertEquals(5, line.get("num_output_tokens").asInt());
    assertTrue(line.get("text").asText().startsWith("def run(x):\n    x = x"));
    assertEquals(
        "def run(x):\n    x = x"
            + line.get("fills").get(0).asText()
            + "\n"
            + line.get("fills").get(1).asText()
            + "x",
        line.get("text").asText());
  }

  @Test
  void arguments_wrong_exitCode2() {
    assertWrong("--model=tiny_d2f", "--prompt", "x", "--set", "skip_threshold=2");
    assertWrong("--model=tiny_d2f", "--prompt", "x", "--set", "nothing=2");
    assertWrong("--model=nothing", "--prompt", "x");
    assertWrong("--model=tiny_d2f");
    assertWrong("--model=tiny_d2f", "--prompt", "x", "--input", "y");
    assertWrong("--model=tiny_d2f", "--input", directory.resolve("none.jsonl").toString());
    assertWrong("--model=tiny_d2f", "--prompt", "x", "--engine", "abacus");
    assertWrong("--model=tiny_d2f", "--input", "x", "--batch", "0");
    assertWrong("--model=tiny_d2f", "--prompt", "x", "--threads", "-1");
  }

  private static void assertWrong(String... args) {
    List<String> all = new ArrayList<>(List.of("generate"));
    all.addAll(List.of(args));
    Result result = CommandLineFixture.run(all.toArray(new String[0]));
    assertEquals(2, result.exitCode(), () -> all + ": " + result.err());
    assertTrue(result.err().contains("unmask generate: "), result.err());
    assertFalse(result.err().contains("\tat "), result.err());
  }

  private Result run(List<String> options, String... lines) throws IOException {
    Path input = directory.resolve("in.jsonl");
    Files.writeString(input, String.join("\n", lines) + "\n");
    List<String> args =
        new ArrayList<>(List.of("generate", "--model", "tiny_d2f", "--input", input.toString()));
    args.addAll(options);
    return CommandLineFixture.run(args.toArray(new String[0]));
  }

  private static String line(String rest) {
    return "{\"prompt\": " + quoted(RECORD) + ", " + rest + "}";
  }

  private static String quoted(String text) {
    return TextNode.valueOf(text).toString();
  }
}
