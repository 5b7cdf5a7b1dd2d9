package dev.unmask.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.unmask.protocol.ModelInferRequest;
import dev.unmask.protocol.ModelStreamInferResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Provisional snapshots beside the text of a stream. */
class ITStreamBlocks extends ServedTest {
  @BeforeAll
  static void start() {
    start(EmbeddedServer.of(WireRepository.bundled()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"tiny_d2f", "tiny_ar", "tiny_llada"})
  void snapshots_addUpToTheAnswer(String model) {
    List<JsonNode> events =
        http.generateStream(
                model, body("stream", true, "stream_blocks", true, "return_output_ids", true))
            .expect(200)
            .events();
    Map<Integer, Integer> tokens = new TreeMap<>();
    List<Integer> answer = new ArrayList<>();
    int revision = -1;
    int committed = 0;
    for (JsonNode event : events) {
      if (event.has("output_ids")) {
        ids(event.get("output_ids"), answer);
      }
      if (!event.has("block_snapshot")) {
        continue;
      }
      assertFalse(event.has("text_output"));
      JsonNode snapshot = HttpClientFixture.parse(event.get("block_snapshot").asText());
      assertTrue(snapshot.get("revision").asInt() > revision);
      revision = snapshot.get("revision").asInt();
      assertTrue(snapshot.get("committed_to").asInt() >= committed);
      committed = snapshot.get("committed_to").asInt();
      JsonNode positions = snapshot.get("positions");
      assertEquals(positions.size(), snapshot.get("token_ids").size());
      assertEquals(positions.size(), snapshot.get("texts").size());
      for (int i = 0; i < positions.size(); i++) {
        tokens.put(positions.get(i).asInt(), snapshot.get("token_ids").get(i).asInt());
      }
    }
    assertTrue(revision >= 0, "no snapshot came");
    assertFalse(answer.isEmpty());
    int position = 0;
    for (int id : answer) {
      assertEquals(id, tokens.get(position++), "position " + (position - 1));
    }
  }

  private static void ids(JsonNode node, List<Integer> to) {
    if (node.isArray()) {
      node.forEach(id -> to.add(id.asInt()));
    } else {
      to.add(node.asInt());
    }
  }

  @Test
  void snapshots_onlyWhereAskedFor() {
    for (JsonNode event :
        http.generateStream("tiny_d2f", body("stream", true)).expect(200).events()) {
      assertFalse(event.has("block_snapshot"));
    }
    String error = http.generate("tiny_d2f", body("stream_blocks", true)).expect(400).error();
    assertEquals("stream_blocks=true needs stream=true", error);
  }

  @Test
  void snapshots_grpc_leaveTextAlone() {
    ModelInferRequest.Builder request =
        GrpcClientFixture.request(
            "tiny_d2f",
            GrpcClientFixture.texts("text_input", PROMPT),
            GrpcClientFixture.bool("stream", true));
    String plain = GrpcOutputs.joined(grpc.streamAll(request.build()));
    List<ModelStreamInferResponse> blocks =
        grpc.streamAll(request.addInputs(GrpcClientFixture.bool("stream_blocks", true)).build());
    assertEquals(plain, GrpcOutputs.joined(blocks));
    assertTrue(
        blocks.stream()
            .anyMatch(response -> GrpcOutputs.has(response.getInferResponse(), "block_snapshot")));
  }
}
