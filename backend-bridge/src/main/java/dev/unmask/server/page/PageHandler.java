package dev.unmask.server.page;

import dev.unmask.server.http.HttpExchange;
import dev.unmask.server.http.HttpHandler;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Map;

/**
 * Answers {@code GET /} with one self-contained page. The page talks to the server's own inference
 * endpoints and to nothing else; the content security policy sees to that.
 */
public final class PageHandler implements HttpHandler {
  private static final String RESOURCE = "index.html";

  private final byte[] page;
  private final Map<String, String> headers;

  /** Reads the page from the class path. */
  public PageHandler() {
    try (InputStream in = PageHandler.class.getResourceAsStream(RESOURCE)) {
      page = in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    headers =
        Map.of(
            "Content-Security-Policy",
            "default-src 'none'; connect-src 'self'; img-src data:; style-src 'unsafe-inline'; "
                + "script-src 'sha256-"
                + scriptHash()
                + "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
            "Referrer-Policy",
            "no-referrer",
            "X-Content-Type-Options",
            "nosniff",
            "Cache-Control",
            "no-cache");
  }

  private String scriptHash() {
    String text = new String(page, StandardCharsets.UTF_8);
    int start = text.indexOf("<script>") + "<script>".length();
    byte[] script =
        text.substring(start, text.indexOf("</script>")).getBytes(StandardCharsets.UTF_8);
    try {
      return Base64.getEncoder()
          .encodeToString(MessageDigest.getInstance("SHA-256").digest(script));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  @Override
  public void handle(HttpExchange exchange) {
    exchange.respond(200, "text/html; charset=utf-8", headers, page);
  }
}
