package dev.unmask.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import dev.unmask.protocol.ModelInferRequest;
import dev.unmask.protocol.ModelStreamInferResponse;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Recorded runs of the published samplers through a server: the same tokens over both protocols,
 * streamed and not, alone and eight at a time.
 */
class ITServedTokens {
  private static final int AT_ONCE = 8;
  private static final int LINES_PER_FILE = 8;

  private static EmbeddedServer server;
  private static HttpClientFixture http;
  private static GrpcClientFixture grpc;

  @BeforeAll
  static void start() {
    server = EmbeddedServer.of(WireRepository.bundled()).start();
    http = new HttpClientFixture(server.httpPort());
    grpc = new GrpcClientFixture(server.grpcPort());
  }

  @AfterAll
  static void stop() {
    grpc.close();
    server.close();
  }

  /** Lines from all over the files, so that every variant of the parameters may occur. */
  static Stream<GoldenLine> lines() {
    return Stream.of("ar.jsonl", "d2f.jsonl", "fast_dllm.jsonl", "sdar.jsonl")
        .map(GoldenLine::read)
        .flatMap(
            lines -> {
              List<GoldenLine> stable = lines.stream().filter(GoldenLine::stable).toList();
              int stride = Math.max(1, stable.size() / LINES_PER_FILE);
              return stable.stream()
                  .filter(line -> stable.indexOf(line) % stride == 0)
                  .limit(LINES_PER_FILE);
            });
  }

  @ParameterizedTest
  @MethodSource("lines")
  void generate_alone_isAsPublished(GoldenLine line) {
    assertArrayEquals(line.answerIds(), generate(line));
  }

  @ParameterizedTest
  @MethodSource("lines")
  void generateStream_alone_isAsPublished(GoldenLine line) {
    assertArrayEquals(line.answerIds(), generateStream(line));
  }

  @ParameterizedTest
  @MethodSource("lines")
  void modelStreamInfer_alone_isAsPublished(GoldenLine line) {
    assertArrayEquals(line.answerIds(), modelStreamInfer(line, false));
    assertArrayEquals(line.answerIds(), modelStreamInfer(line, true));
  }

  /** The ways in which a run is asked for, in turn. */
  private static int[] run(int way, GoldenLine line) {
    return switch (way % 4) {
      case 0 -> generate(line);
      case 1 -> generateStream(line);
      case 2 -> modelStreamInfer(line, false);
      default -> modelStreamInfer(line, true);
    };
  }

  @Test
  void allLines_eightAtATime_areAsPublished() throws Exception {
    List<GoldenLine> lines = lines().toList();
    ExecutorService clients = Executors.newFixedThreadPool(AT_ONCE);
    List<String> wrong = new ArrayList<>();
    try {
      List<Future<int[]>> answers = new ArrayList<>();
      for (int i = 0; i < lines.size(); i++) {
        int way = i;
        answers.add(clients.submit(() -> run(way, lines.get(way))));
      }
      for (int i = 0; i < lines.size(); i++) {
        if (!Arrays.equals(lines.get(i).answerIds(), answers.get(i).get())) {
          wrong.add(lines.get(i) + " way " + i % 4);
        }
      }
    } finally {
      clients.shutdownNow();
    }
    assertEquals(List.of(), wrong);
  }

  private static Map<String, Object> body(GoldenLine line) {
    Map<String, Object> body = new HashMap<>(line.parameters());
    body.values().removeIf(value -> value == null);
    body.put("input_ids", line.promptIds());
    body.put("return_output_ids", true);
    return body;
  }

  private static int[] generate(GoldenLine line) {
    return ids(http.generate(line.model(), body(line)).expect(200).json());
  }

  private static int[] generateStream(GoldenLine line) {
    Map<String, Object> body = body(line);
    body.put("stream", true);
    return http.generateStream(line.model(), body).expect(200).events().stream()
        .map(ITServedTokens::ids)
        .flatMapToInt(Arrays::stream)
        .toArray();
  }

  private static int[] ids(JsonNode reply) {
    JsonNode ids = reply.path("output_ids");
    return ids.isArray()
        ? StreamSupport.stream(ids.spliterator(), false).mapToInt(JsonNode::asInt).toArray()
        : ids.isMissingNode() ? new int[0] : new int[] {ids.asInt()};
  }

  /** The parameters travel as JSON in one tensor, as clients of vLLM send them. */
  private static int[] modelStreamInfer(GoldenLine line, boolean stream) {
    ModelInferRequest request =
        GrpcClientFixture.request(
                line.model(),
                GrpcClientFixture.ints("input_ids", line.promptIds()),
                GrpcClientFixture.bool("stream", stream),
                GrpcClientFixture.bool("return_output_ids", true),
                GrpcClientFixture.texts(
                    "sampling_parameters", HttpClientFixture.write(line.parameters())))
            .build();
    List<ModelStreamInferResponse> responses = grpc.streamAll(request);
    responses.forEach(response -> assertEquals("", response.getErrorMessage()));
    if (!stream) {
      assertEquals(1, responses.size());
    }
    return GrpcOutputs.joinedIds(responses);
  }
}
