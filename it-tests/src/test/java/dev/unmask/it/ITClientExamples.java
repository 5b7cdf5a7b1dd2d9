package dev.unmask.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unmask.client.GenerateRequest;
import dev.unmask.client.UnmaskClient;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What the READMEs show of the client compiles, runs, and does what it says. */
class ITClientExamples extends ServedTest {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);

  @BeforeAll
  static void startServer() {
    start(EmbeddedServer.of(WireRepository.bundled()));
  }

  private static String endpoint() {
    return "grpc://localhost:" + server.grpcPort();
  }

  private String printed() {
    return bytes.toString(StandardCharsets.UTF_8);
  }

  private static GenerateRequest request() {
    return GenerateRequest.builder("tiny_ar").prompt(PROMPT).maxTokens(96).build();
  }

  @Test
  void everyExampleOfTheReadme_isOneOfThese() throws IOException {
    String readme =
        Files.readString(Path.of("../README.md"))
            + Files.readString(Path.of("../client-sdk/README.md"));
    String source =
        flat(Files.readString(Path.of("src/test/java/dev/unmask/it/ClientExamples.java")));
    Matcher blocks = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL).matcher(readme);
    List<String> unknown = new ArrayList<>();
    int count = 0;
    while (blocks.find()) {
      count++;
      if (!source.contains(flat(blocks.group(1)))) {
        unknown.add(blocks.group(1));
      }
    }
    assertEquals(List.of(), unknown);
    assertEquals(10, count);
  }

  private static String flat(String code) {
    return code.lines().map(String::strip).collect(Collectors.joining(" "));
  }

  @Test
  void shortest() {
    new ClientExamples(endpoint(), out).shortest();
    assertTrue(printed().contains("Finished[result="), printed());
  }

  @Test
  void blocking() {
    new ClientExamples(endpoint(), out).blocking();
    assertTrue(printed().contains("tokens per pass"), printed());
  }

  @Test
  void styles() throws Exception {
    ClientExamples examples = new ClientExamples(endpoint(), out);
    try (UnmaskClient client = UnmaskClient.connect(endpoint())) {
      examples.iterator(client, request());
      assertEquals(AR_ANSWER + " [STOP]\n", printed());
      assertEquals(AR_ANSWER, examples.async(client, request()).get(60, TimeUnit.SECONDS));
      bytes.reset();
      examples.publisher(client, request());
      Poll.until("the publisher is complete", () -> printed().endsWith("complete\n"));
      bytes.reset();
      examples.conversation(client);
      assertFalse(printed().isBlank());
    }
  }

  @Test
  void others() {
    ClientExamples examples = new ClientExamples(endpoint(), out);
    try (UnmaskClient client = examples.settings(endpoint(), endpoint())) {
      examples.tensors(client);
      assertEquals("16 tokens\n", printed());
      bytes.reset();
      examples.control(client);
      assertTrue(printed().startsWith("true\n"), printed());
      bytes.reset();
      examples.errors(client);
      assertEquals(
          "NOT_FOUND from "
              + endpoint()
              + ": Request for unknown model: 'no_such_model' is not found\n"
              + "not worth another try\n",
          printed());
    }
  }
}
