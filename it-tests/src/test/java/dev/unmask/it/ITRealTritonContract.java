package dev.unmask.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.unmask.core.TritonCore;
import dev.unmask.scheduler.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The behavioural contract inside the real Triton core, and what only Triton has. */
@RealTriton
class ITRealTritonContract extends ServingContract {
  @Override
  ServingTarget start() {
    return new RealTritonTarget(repository());
  }

  private TritonCore core() {
    return ((RealTritonTarget) target()).core();
  }

  /** Inputs that the front end left in several buffers. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7})
  void inputs_inSeveralBuffers_areReadTogether(int parts) {
    GoldenLine line = GoldenLine.read("d2f.jsonl").get(3);
    Ask ask = Ask.golden(line);
    Answer answer = new Answer();
    answer.of(core().inferInParts(ask.model(), ask.request(), answer, parts));
    assertArrayEquals(line.answerIds(), answer.ok().ids());
  }

  /** Triton has the requests that the model has no room for, and gives them when it has. */
  @Test
  void queueFull_requestsWaitInTritonsQueue() {
    Answer busy = Ask.endless(TIGHT).flag("stream_blocks").start(target());
    busy.awaitResponses(1);
    List<Answer> waiting = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      waiting.add(
          Ask.prompt(TIGHT)
              .sampling("{\"gen_length\": 16, \"block_length\": 16, \"steps\": 4}")
              .start(target()));
    }
    // Two wait inside, one is held by the thread that brings it, three are in Triton's queue.
    Poll.until("two wait inside", () -> target().scrape().requests(TIGHT, "waiting") == 2);
    Poll.until(
        "three wait outside",
        () -> target().scrape().of("nv_inference_pending_request_count", TIGHT) == 3);
    Answer cancelledOutside = waiting.get(5);
    cancelledOutside.cancel();
    Answer cancelledAtTheGate = waiting.get(2);
    cancelledAtTheGate.cancel();
    cancelledAtTheGate.failure(ErrorCode.CANCELLED);
    assertFalse(busy.hasEnded());
    busy.cancel();
    busy.failure(ErrorCode.CANCELLED);
    for (int i : new int[] {0, 1, 3, 4}) {
      waiting.get(i).ok();
    }
    cancelledOutside.failure(ErrorCode.CANCELLED);
  }

  @Test
  void statistics_tellRequestsResponsesAndPasses() {
    // A pass of the request before this one may not be over.
    Poll.until("nothing is in progress", () -> target().scrape().isIdle("tiny_d2f"));
    JsonNode before = HttpClientFixture.parse(core().statistics("tiny_d2f")).at("/model_stats/0");
    Answer answer =
        Ask.prompt("tiny_d2f").stream().flag("return_perf_metrics").start(target()).ok();
    // The pass that brought the last response is counted when it is over.
    Poll.until("nothing is in progress", () -> target().scrape().isIdle("tiny_d2f"));
    JsonNode after = HttpClientFixture.parse(core().statistics("tiny_d2f")).at("/model_stats/0");
    assertEquals(1, grown(before, after, "/inference_stats/success/count"));
    assertEquals(0, grown(before, after, "/inference_stats/fail/count"));
    for (String part : List.of("queue", "compute_input", "compute_infer", "compute_output")) {
      assertEquals(1, grown(before, after, "/inference_stats/" + part + "/count"), part);
    }
    assertTrue(grown(before, after, "/inference_stats/compute_infer/ns") > 0);
    long whole = grown(before, after, "/inference_stats/success/ns");
    long parts = 0;
    for (String part : List.of("queue", "compute_input", "compute_infer", "compute_output")) {
      parts += grown(before, after, "/inference_stats/" + part + "/ns");
    }
    assertTrue(parts <= whole, () -> "parts of " + whole);
    assertEquals(
        answer.tensor("num_forward_passes").integer(0), grown(before, after, "/execution_count"));
    for (int i = 0; i < answer.responses().size(); i++) {
      assertEquals(1, grown(before, after, "/response_stats/" + i + "/success/count"), "" + i);
    }
  }

  private static long grown(JsonNode before, JsonNode after, String path) {
    return after.at(path).asLong() - before.at(path).asLong();
  }

  @Test
  void responses_stopComing_whereTheClientGivesNoMoreBuffers() {
    Ask ask = Ask.prompt("tiny_ar").stream().number("max_tokens", 900).flag("ignore_eos");
    Answer answer = new Answer();
    answer.of(core().inferWithBuffers(ask.model(), ask.request(), answer, 5));
    String message = answer.failure(ErrorCode.INTERNAL);
    assertTrue(message.contains("no buffer for text_output"), message);
    assertEquals(5, answer.responses().size());
    Poll.until("nothing is in progress", () -> target().scrape().isIdle("tiny_ar"));
    assertEquals(ServedTest.AR_ANSWER, Ask.prompt("tiny_ar").start(target()).ok().text());
  }
}
