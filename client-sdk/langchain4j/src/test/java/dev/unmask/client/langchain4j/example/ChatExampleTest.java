package dev.unmask.client.langchain4j.example;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unmask.client.testing.EmbeddedServer;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class ChatExampleTest {
  @Test
  void run_realServer_answersTwiceTheSame() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (EmbeddedServer server = EmbeddedServer.start()) {
      ChatExample.run(server.grpc(), new PrintStream(out, true, StandardCharsets.UTF_8));
    }

    String[] answers = out.toString(StandardCharsets.UTF_8).split("[0-9]+ forward passes\\R", -1);
    assertEquals(2, answers.length, out::toString);
    assertTrue(answers[0].length() > 1, out::toString);
    assertEquals(answers[0], answers[1]);
  }
}
