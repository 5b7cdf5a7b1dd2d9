package dev.unmask.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unmask.it.HostDevicesProvider.Device;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/** A model with an instance on each of several devices, behind one queue of the server. */
class ITSeveralDevices {
  private static final int AT_ONCE = 6;
  private static final int LINES = 24;

  private static WireRepository repository(int first, int second) {
    return new WireRepository()
        .add(
            "twice",
            "tiny_d2f",
            "backend: 'unmask'",
            "instance_group { kind: KIND_GPU gpus: [" + first + ", " + second + "] }",
            "parameters { key: 'engine' value { string_value: 'host_devices' } }",
            "parameters { key: 'max_sequences' value { string_value: '4' } }");
  }

  private static List<GoldenLine> lines() {
    return GoldenLine.read("d2f.jsonl").stream().filter(GoldenLine::stable).limit(LINES).toList();
  }

  private static HttpClientFixture.Reply ask(HttpClientFixture http, GoldenLine line) {
    Map<String, Object> body = new HashMap<>(line.parameters());
    body.values().removeIf(value -> value == null);
    body.put("input_ids", line.promptIds());
    body.put("return_output_ids", true);
    return http.generate("twice", body);
  }

  private static int[] ids(HttpClientFixture.Reply reply) {
    return StreamSupport.stream(reply.expect(200).json().path("output_ids").spliterator(), false)
        .mapToInt(id -> id.asInt())
        .toArray();
  }

  private static List<HttpClientFixture.Reply> together(
      HttpClientFixture http, List<GoldenLine> lines) throws Exception {
    ExecutorService clients = Executors.newFixedThreadPool(AT_ONCE);
    try {
      List<Future<HttpClientFixture.Reply>> replies = new ArrayList<>();
      for (GoldenLine line : lines) {
        replies.add(clients.submit(() -> ask(http, line)));
      }
      List<HttpClientFixture.Reply> all = new ArrayList<>();
      for (Future<HttpClientFixture.Reply> reply : replies) {
        all.add(reply.get());
      }
      return all;
    } finally {
      clients.shutdownNow();
    }
  }

  private static void assertAsPublished(HttpClientFixture http, List<GoldenLine> lines)
      throws Exception {
    List<HttpClientFixture.Reply> replies = together(http, lines);
    for (int i = 0; i < lines.size(); i++) {
      assertArrayEquals(lines.get(i).answerIds(), ids(replies.get(i)), lines.get(i).toString());
    }
  }

  @Test
  void manyAtOnce_bothDevicesWork_tokensAsPublished() throws Exception {
    List<GoldenLine> lines = lines();
    Device first = HostDevicesProvider.device(0);
    Device second = HostDevicesProvider.device(1);
    try (EmbeddedServer server = EmbeddedServer.of(repository(0, 1)).start()) {
      HttpClientFixture http = new HttpClientFixture(server.httpPort());
      assertEquals(1, first.open.get());
      assertEquals(1, second.open.get());
      assertAsPublished(http, lines);
      assertTrue(first.passes.get() > 0);
      assertTrue(second.passes.get() > 0);
      Scrape scrape = Scrape.of(server);
      double blocks =
          scrape.of("nv_trt_llm_kv_cache_block_metrics", "twice", "kv_cache_block_type=\"max\"");
      assertEquals(2 * 4 * 1024 / 32.0, blocks);
    }
    assertEquals(0, first.open.get());
    assertEquals(0, second.open.get());
  }

  @Test
  void secondDeviceCannotBeOpened_modelDoesNotLoad_firstIsGivenBack() {
    HostDevicesProvider.device(5).lost = true;
    try (EmbeddedServer server = EmbeddedServer.of(repository(4, 5)).start()) {
      HttpClientFixture http = new HttpClientFixture(server.httpPort());
      http.get("/v2/models/twice/ready").expect(400);
      String index = http.post("/v2/repository/index", "{}").expect(200).text();
      assertTrue(index.contains("device 5 is lost"), index);
      assertEquals(0, HostDevicesProvider.device(4).open.get());
    }
  }

  @Test
  void oneDeviceIsLost_serverIsNotReady_othersAnswerOn() throws Exception {
    List<GoldenLine> lines = lines();
    Device lost = HostDevicesProvider.device(2);
    Device left = HostDevicesProvider.device(3);
    try (EmbeddedServer server = EmbeddedServer.of(repository(2, 3)).start()) {
      HttpClientFixture http = new HttpClientFixture(server.httpPort());
      http.get("/v2/health/ready").expect(200);
      lost.lost = true;
      // The first request goes to the first device, all others to the one that is left.
      ask(http, lines.get(0)).expect(503);
      http.get("/v2/health/ready").expect(400);
      http.get("/v2/models/twice/ready").expect(400);
      http.get("/v2/health/live").expect(200);
      assertAsPublished(http, lines);
    }
    assertEquals(0, lost.open.get());
    assertEquals(0, left.open.get());
  }
}
