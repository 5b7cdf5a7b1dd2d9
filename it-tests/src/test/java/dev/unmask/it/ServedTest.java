package dev.unmask.it;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Timeout;

/** What suites against a server have in common: one server and a client of either protocol. */
@Timeout(300)
abstract class ServedTest {
  static final String PROMPT =
      "Rosa has 24 coins. Half of the coins break. She loses 6 on the way. How many coins does Rosa"
          + " have now?";

  /** What the bundled models answer to {@link #PROMPT}, greedily. */
  static final String AR_ANSWER =
      "Rosa starts with 24 coins. Half break, so 24 / 2 = 12. She loses 6, so 12 - 6 = 6. #### 6";

  static EmbeddedServer server;
  static HttpClientFixture http;
  static GrpcClientFixture grpc;

  static void start(EmbeddedServer.Builder builder) {
    server = builder.start();
    http = new HttpClientFixture(server.httpPort());
    grpc = new GrpcClientFixture(server.grpcPort());
  }

  @AfterAll
  static void stopServer() {
    if (server != null) {
      grpc.close();
      server.close();
      server = null;
    }
  }

  static RawConnection raw() throws IOException {
    return new RawConnection(server.httpPort());
  }

  /** A body of {@code generate}: the prompt and further members, names and values in turn. */
  static Map<String, Object> body(Object... members) {
    Map<String, Object> body = new HashMap<>();
    body.put("text_input", PROMPT);
    for (int i = 0; i < members.length; i += 2) {
      body.put((String) members[i], members[i + 1]);
    }
    return body;
  }

  /**
   * A body that decodes for minutes if it is let: a full pass of a thousand positions each step.
   */
  static Map<String, Object> endless(Object... members) {
    Map<String, Object> body = body(members);
    body.putAll(
        Map.of(
            "algorithm",
            "llada",
            "steps",
            896,
            "gen_length",
            896,
            "block_length",
            2,
            "ignore_eos",
            true));
    return body;
  }
}
