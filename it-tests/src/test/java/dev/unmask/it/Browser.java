package dev.unmask.it;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Collectors;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;
import org.openqa.selenium.print.PrintOptions;
import org.openqa.selenium.support.ui.WebDriverWait;

/** Debian's Chromium without a window, with a profile of its own. Not thread-safe. */
final class Browser implements AutoCloseable {
  private static final Path CHROMIUM = Path.of("/usr/bin/chromium");
  private static final Path DRIVER = Path.of("/usr/bin/chromedriver");
  private static final Duration TIMEOUT = Duration.ofSeconds(120);
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Warns of a missing interface to the developer tools that nothing here uses. */
  private static final Logger SELENIUM = Logger.getLogger("org.openqa.selenium");

  private final ChromeDriver driver;

  private Browser(ChromeDriver driver) {
    this.driver = driver;
  }

  /** Starts one; the calling test is skipped where none is installed. */
  static Browser start() {
    assumeTrue(
        Files.isExecutable(CHROMIUM) && Files.isExecutable(DRIVER),
        "no " + CHROMIUM + " with " + DRIVER + ": install chromium and chromium-driver");
    SELENIUM.setLevel(Level.SEVERE);
    ChromeOptions options = new ChromeOptions();
    options.setBinary(CHROMIUM.toFile());
    options.addArguments(
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--window-size=1280,1000",
        "--user-data-dir=" + profile());
    LoggingPreferences logs = new LoggingPreferences();
    logs.enable(LogType.BROWSER, Level.ALL);
    logs.enable(LogType.PERFORMANCE, Level.ALL);
    options.setCapability(ChromeOptions.LOGGING_PREFS, logs);
    ChromeDriverService service =
        new ChromeDriverService.Builder()
            .usingDriverExecutable(DRIVER.toFile())
            .usingAnyFreePort()
            .build();
    return new Browser(new ChromeDriver(service, options));
  }

  private static Path profile() {
    try {
      return Files.createTempDirectory(Path.of("target"), "chromium-").toAbsolutePath();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void open(String url) {
    driver.get(url);
  }

  /** The first element that a CSS selector names. */
  WebElement find(String selector) {
    return driver.findElement(By.cssSelector(selector));
  }

  /** The value of a JavaScript expression. */
  JsonNode evaluate(String expression) {
    try {
      return JSON.readTree(
          (String) driver.executeScript("return JSON.stringify(" + expression + ") || 'null'"));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(expression, e);
    }
  }

  /** Waits until a JavaScript expression is true. */
  void await(String condition) {
    new WebDriverWait(driver, TIMEOUT)
        .withMessage(condition)
        .until(any -> evaluate("Boolean(" + condition + ")").asBoolean());
  }

  /** Presses keys in the focused element. */
  void press(CharSequence... keys) {
    driver.switchTo().activeElement().sendKeys(keys);
  }

  /** Presses Enter together with Ctrl. */
  void pressControlEnter() {
    press(Keys.chord(Keys.CONTROL, Keys.ENTER));
  }

  /** Sets the size of the viewport in CSS pixels, as on a phone or not. */
  void resize(int width, int height, boolean phone) {
    driver.executeCdpCommand(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", phone));
  }

  /** Sets what a media query sees, by its name. */
  void emulate(Map<String, String> features) {
    driver.executeCdpCommand(
        "Emulation.setEmulatedMedia",
        Map.of(
            "features",
            features.entrySet().stream()
                .map(feature -> Map.of("name", feature.getKey(), "value", feature.getValue()))
                .toList()));
  }

  /** What a printer would get, as PDF in Latin-1. */
  String print() {
    byte[] pdf = Base64.getDecoder().decode(driver.print(new PrintOptions()).getContent());
    return new String(pdf, StandardCharsets.ISO_8859_1);
  }

  /** What assistive technology sees. */
  JsonNode accessibilityTree() {
    return JSON.valueToTree(driver.executeCdpCommand("Accessibility.getFullAXTree", Map.of()))
        .path("nodes");
  }

  /** Errors and warnings of the console since the last call, violated policies among them. */
  List<String> takeProblems() {
    return driver.manage().logs().get(LogType.BROWSER).getAll().stream()
        .filter(entry -> entry.getLevel().intValue() >= Level.WARNING.intValue())
        .map(LogEntry::getMessage)
        .toList();
  }

  /** Addresses asked for since the last call, without what follows the port. */
  Set<String> takeOrigins() {
    return driver.manage().logs().get(LogType.PERFORMANCE).getAll().stream()
        .map(Browser::message)
        .filter(message -> message.path("method").asText().equals("Network.requestWillBeSent"))
        .map(message -> message.path("params").path("request").path("url").asText())
        .filter(url -> !url.startsWith("data:"))
        .map(url -> url.replaceFirst("^([a-z]+://[^/]*/).*", "$1"))
        .collect(Collectors.toSet());
  }

  private static JsonNode message(LogEntry entry) {
    try {
      return JSON.readTree(entry.getMessage()).path("message");
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(entry.getMessage(), e);
    }
  }

  @Override
  public void close() {
    driver.quit();
  }
}
