package dev.unmask.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the page does with the runs of the bundled models. */
class ITPage extends PageTestBase {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static JsonNode generate(String model, Map<String, Object> parameters)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(address + "v2/models/" + model + "/generate"))
            .POST(HttpRequest.BodyPublishers.ofByteArray(JSON.writeValueAsBytes(parameters)))
            .build();
    return JSON.readTree(
        HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofInputStream()).body());
  }

  @Test
  void load_models_areListedWithTheirDefaults() {
    assertEquals(
        "[\"tiny_ar\",\"tiny_d2f\",\"tiny_llada\"]",
        browser.evaluate("[...runs[0].field('model').options].map(o => o.value)").toString());
    assertEquals(
        "[\"tiny_d2f\",\"d2f\",\"tiny_ar\",\"autoregressive\"]",
        browser
            .evaluate("runs.flatMap(r => [r.field('model').value, r.field('algorithm').value])")
            .toString());
    assertEquals(Set.of(address), browser.takeOrigins());
  }

  @Test
  void run_twoModels_figuresAndAnswersAreTheServers() throws Exception {
    run();

    String prompt = browser.evaluate("$('prompt').value").asText();
    for (int run = 0; run < 2; run++) {
      JsonNode direct =
          generate(
              List.of("tiny_d2f", "tiny_ar").get(run),
              Map.of(
                  "text_input", prompt,
                  "max_tokens", 64,
                  "return_finish_reason", true,
                  "return_num_output_tokens", true,
                  "return_perf_metrics", true));
      int tokens = direct.path("num_output_tokens").asInt();
      int passes = direct.path("num_forward_passes").asInt();
      assertTrue(tokens > 0, direct::toString);
      assertEquals(Integer.toString(tokens), figure(run, "tokens"));
      assertEquals(Integer.toString(passes), figure(run, "passes"));
      assertEquals(direct.path("finish_reason").asText(), figure(run, "end"));
      assertEquals(
          direct.path("text_output").asText(),
          text("#results section:nth-child(" + (run + 1) + ") .answer"));
      assertTrue(committed(run) >= tokens);
      assertTrue(figure(run, "rate").matches("[\\d,]+"), figure(run, "rate"));
    }
    assertTrue(
        Integer.parseInt(figure(0, "passes")) < Integer.parseInt(figure(1, "passes")),
        "blocks take fewer passes than tokens");
    assertEquals(
        (committed(0) + 15) / 16,
        browser.evaluate("runs[0].part('.grid').querySelectorAll('.block').length").asInt());
  }

  @Test
  void play_afterTheEnd_replaysFromTheStart() {
    run();
    browser.evaluate(
        "(window.seen = [], new MutationObserver(() =>"
            + " seen.push(Number($('point').textContent.match(/\\d+/)[0])))"
            + ".observe($('point'), {childList: true}), 0)");
    browser.evaluate("$('speed').value = '1'");
    browser.find("#play").click();
    browser.await("playing === null && seen.length > 0");

    int previous = -1;
    JsonNode seen = browser.evaluate("seen.filter((p, i) => i === 0 || p !== seen[i - 1])");
    for (JsonNode point : seen) {
      assertTrue(point.asInt() > previous, seen::toString);
      previous = point.asInt();
    }
    assertEquals(0, seen.get(0).asInt());
    assertTrue(seen.size() > 2, seen::toString);
    assertEquals(figure(1, "passes"), Integer.toString(previous));
    assertEquals("Play", text("#play"));
  }

  @Test
  void stop_whileRunning_cancelsOnTheServer() {
    long failures = server.failures("tiny_llada");
    long successes = server.successes("tiny_llada");
    browser.evaluate("(runs[0].field('model').value = 'tiny_llada', runs[0].fillAlgorithms())");
    browser.evaluate("runs[0].field('max_tokens').value = 512");
    parameters(0, "{\"steps\": 512}");
    browser.find("#start").click();
    browser.await("runs[0].frames.length > 1");
    browser.find("#stop").click();
    awaitEnd();

    assertEquals("stopped", figure(0, "end"));
    while (server.activeRequests() > 0) {
      Thread.onSpinWait();
    }
    assertEquals(successes, server.successes("tiny_llada"));
    assertEquals(failures + 1, server.failures("tiny_llada"));
    assertEquals("start", browser.evaluate("document.activeElement.id").asText());
  }

  @Test
  void run_wrongParameter_showsTheServersMessageBesideTheOtherRun() {
    expectedStatus = 400;
    parameters(0, "{\"skip_threshold\": 7}");
    run();
    assertEquals(
        "skip_threshold=7.0 is not in [0.0, 1.0]", text("#results section:nth-child(1) .problem"));
    assertEquals("error", figure(0, "end"));
    assertEquals("stop", figure(1, "end"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"steps\":", "[1]", "null"})
  void run_parametersThatAreNoObject_areNamedAndNothingRuns(String text) {
    parameters(1, text);
    browser.find("#start").click();
    assertEquals("Run B: further parameters are not a JSON object: " + text, text("#problem"));
    assertEquals("more", browser.evaluate("document.activeElement.name").asText());
    assertEquals("–", figure(0, "tokens"));
  }

  @Test
  void run_restrictedInference_showsTheMessage() {
    expectedStatus = 403;
    open(server.open("inference:page-key=open"));
    browser.await("models.size === 3 && runs[1].field('algorithm').value");
    run();
    for (int run = 1; run <= 2; run++) {
      assertEquals(
          "This API is restricted, expecting header 'page-key'",
          text("#results section:nth-child(" + run + ") .problem"));
    }
  }

  @Test
  void load_restrictedRepository_showsTheMessage() {
    expectedStatus = 403;
    open(server.open("model-repository:page-key=open"));
    browser.await("$('problem').textContent");
    assertEquals("This API is restricted, expecting header 'page-key'", text("#problem"));
  }
}
