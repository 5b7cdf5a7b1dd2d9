package dev.unmask.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;

/** A browser with the page, and the server with the bundled models. */
@Tag("browser")
@Timeout(300)
abstract class PageTestBase {
  static Browser browser;
  static PageServer server;
  static String address;

  private String page;

  /** Statuses that the console may report; a failed request is an error there. */
  int expectedStatus;

  @BeforeAll
  static void start() {
    browser = null;
    server = null;
    browser = Browser.start();
    server = new PageServer();
    address = server.open();
  }

  @AfterAll
  static void stop() {
    try {
      if (browser != null) {
        browser.close();
      }
    } finally {
      if (server != null) {
        server.close();
      }
    }
  }

  @BeforeEach
  void load() {
    expectedStatus = 0;
    browser.resize(1280, 1000, false);
    browser.emulate(Map.of("prefers-color-scheme", "light"));
    open(address);
    browser.await("models.size === 3 && runs[1].field('algorithm').value");
  }

  final void open(String url) {
    browser.open("about:blank");
    browser.takeProblems();
    browser.takeOrigins();
    page = url;
    browser.open(url);
  }

  @AfterEach
  void consoleIsClean_andNobodyElseWasAsked() {
    String failure = "the server responded with a status of " + expectedStatus;
    assertEquals(
        List.of(),
        browser.takeProblems().stream()
            .filter(problem -> expectedStatus == 0 || !problem.contains(failure))
            .toList());
    assertTrue(Set.of(page).containsAll(browser.takeOrigins()));
  }

  static void run() {
    browser.find("#start").click();
    awaitEnd();
  }

  static void awaitEnd() {
    browser.await("!$('start').disabled && $('said').textContent.startsWith('Run A')");
  }

  static void parameters(int run, String json) {
    browser.find("#settings fieldset:nth-child(" + (run + 1) + ") [name=more]").sendKeys(json);
  }

  static String text(String selector) {
    return browser.evaluate("document.querySelector('" + selector + "').textContent").asText();
  }

  static String figure(int run, String name) {
    return text("#results section:nth-child(" + (run + 1) + ") [data-name=" + name + "]");
  }

  static int committed(int run) {
    return browser
        .evaluate("runs[" + run + "].part('.grid').querySelectorAll('.cell:not(.masked)').length")
        .asInt();
  }
}
