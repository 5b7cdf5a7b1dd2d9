package dev.unmask.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.openqa.selenium.Keys;

/** The page by keyboard, on a phone, in both themes, and as assistive technology sees it. */
class ITPageAccess extends PageTestBase {
  private static final Set<String> NAMED_ROLES =
      Set.of("button", "textbox", "combobox", "slider", "checkbox", "radio", "spinbutton");

  @Test
  void slider_keys_moveThroughThePasses() {
    run();
    int passes = Integer.parseInt(figure(1, "passes"));
    browser.evaluate("$('slider').focus()");

    browser.press(Keys.HOME);
    assertEquals("pass 0 of " + passes, text("#point"));
    assertEquals(0, committed(0) + committed(1));
    browser.press(Keys.ARROW_RIGHT);
    assertEquals("pass 1 of " + passes, text("#point"));
    assertEquals(1, committed(1));
    assertTrue(committed(0) > 1, "a block fills in parallel");
    browser.press(Keys.ARROW_RIGHT, Keys.ARROW_RIGHT, Keys.ARROW_LEFT);
    assertEquals("pass 2 of " + passes, text("#point"));
    browser.press(Keys.END);
    assertEquals("pass " + passes + " of " + passes, text("#point"));
    assertEquals(passes, committed(1));
  }

  @Test
  void slider_byTime_reachesBothEnds() {
    run();
    browser.find("[name=axis][value=time]").click();
    int all = committed(1);
    browser.evaluate("$('slider').focus()");

    browser.press(Keys.HOME);
    assertEquals(0, committed(0) + committed(1));
    browser.press(Keys.ARROW_RIGHT);
    browser.press(Keys.END);
    assertEquals(all, committed(1));
    assertTrue(browser.evaluate("sliderPoint() >= lastPoint()").asBoolean());
  }

  @Test
  void tab_fromThePrompt_visitsControlsInReadingOrder() {
    run();
    browser.evaluate("$('prompt').focus()");
    List<String> visited = new ArrayList<>();
    for (int i = 0; i < 14; i++) {
      browser.press(Keys.TAB);
      visited.add(
          browser.evaluate("document.activeElement.id || document.activeElement.name").asText());
    }
    assertEquals(
        List.of(
            "model",
            "algorithm",
            "max_tokens",
            "more",
            "model",
            "algorithm",
            "max_tokens",
            "more",
            "start",
            "inTurn",
            "play",
            "slider",
            "axis",
            "speed"),
        visited);
  }

  @Test
  void controlEnter_inThePrompt_runs() {
    browser.find("#inTurn").click();
    browser.evaluate("$('prompt').focus()");
    browser.pressControlEnter();
    awaitEnd();
    assertEquals("stop", figure(0, "end"));
    assertEquals("stop", figure(1, "end"));
  }

  @Test
  void theme_followsTheSystemUntilSwitched() {
    String light = browser.evaluate("getComputedStyle(document.body).backgroundColor").asText();
    assertEquals("Dark theme", text("#theme"));
    browser.emulate(Map.of("prefers-color-scheme", "dark"));
    browser.await("$('theme').textContent === 'Light theme'");
    String dark = browser.evaluate("getComputedStyle(document.body).backgroundColor").asText();
    assertFalse(dark.equals(light), dark);
    browser.find("#theme").click();
    assertEquals(
        light, browser.evaluate("getComputedStyle(document.body).backgroundColor").asText());
  }

  @ParameterizedTest
  @CsvSource({"390, 844", "320, 700"})
  void phone_everything_fitsTheWidth(int width, int height) {
    browser.resize(width, height, true);
    parameters(1, "{\"ignore_eos\": true}");
    browser.evaluate("runs[1].field('max_tokens').value = 256");
    run();
    assertEquals("256", figure(1, "tokens"));
    assertEquals(width, browser.evaluate("innerWidth").asInt());
    assertTrue(browser.evaluate("document.documentElement.scrollWidth").asInt() <= width);
    assertEquals(
        "[]",
        browser
            .evaluate(
                "[...document.querySelectorAll('button, input, select, textarea, dd')]"
                    + ".filter(e => e.getBoundingClientRect().right > innerWidth"
                    + " || e.scrollWidth > e.clientWidth + 1 && e.tagName === 'DD')"
                    + ".map(e => e.outerHTML)")
            .toString());
  }

  @ParameterizedTest
  @CsvSource({"no-preference, settle", "reduce, none"})
  void motion_asTheSystemAsks(String preference, String animation) {
    browser.emulate(Map.of("prefers-reduced-motion", preference));
    run();
    assertEquals(
        animation,
        browser
            .evaluate("getComputedStyle(document.querySelector('.cell.new')).animationName")
            .asText());
  }

  @Test
  void accessibility_everyControl_hasAName() {
    run();
    int controls = 0;
    for (JsonNode node : browser.accessibilityTree()) {
      if (!node.path("ignored").asBoolean()
          && NAMED_ROLES.contains(node.path("role").path("value").asText())) {
        controls++;
        assertFalse(node.path("name").path("value").asText().isBlank(), node::toString);
      }
    }
    assertEquals(18, controls);
  }

  @ParameterizedTest
  @ValueSource(strings = {"light", "dark"})
  void contrast_ofAllText_isAtLeast4point5(String theme) throws IOException {
    expectedStatus = 400;
    browser.emulate(Map.of("prefers-color-scheme", theme));
    run();
    assertContrast();
    parameters(0, "{\"skip_threshold\": 7}");
    run();
    assertContrast();
  }

  private static void assertContrast() throws IOException {
    try (InputStream script = ITPage.class.getResourceAsStream("contrast.js")) {
      String text = new String(script.readAllBytes(), StandardCharsets.UTF_8);
      JsonNode result = browser.evaluate(text);
      assertTrue(result.path("checked").asInt() > 50, result::toString);
      assertEquals("[]", result.path("weak").toString());
    }
  }
}
