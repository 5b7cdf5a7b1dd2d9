package dev.unmask.capacity.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import dev.unmask.scheduler.UnmaskException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ServerMetricsTest {
  private static String metrics(int count, int gauge) {
    return """
        # HELP c_total things
        # TYPE c_total counter
        c_total{model="m",version="1"} %d
        c_total{model="other",version="1"} 999
        # TYPE plain counter
        plain %d
        # TYPE g gauge
        g{model="m",kind="used"} %d
        # TYPE h histogram
        h_bucket{le="+Inf"} 5
        """
        .formatted(count, 2 * count, gauge);
  }

  @Test
  void countersGrow_gaugesPeak_othersAreLeftOut() throws IOException {
    AtomicInteger scrapes = new AtomicInteger();
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/metrics",
        exchange -> {
          int number = scrapes.incrementAndGet();
          byte[] body = metrics(10 * number, 7).getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
    URI url = URI.create("http://localhost:" + server.getAddress().getPort() + "/metrics");
    try (ServerMetrics metrics = new ServerMetrics(url, "m")) {
      metrics.watch().stop();
      assertEquals(
          Map.of(
              "c_total{model=\"m\",version=\"1\"}",
              10.0 * (scrapes.get() - 1),
              "plain",
              20.0 * (scrapes.get() - 1),
              "g{model=\"m\",kind=\"used\"} (max)",
              7.0),
          metrics.take());
      assertEquals(Map.of(), metrics.take());
    } finally {
      server.stop(0);
    }
    try (ServerMetrics metrics = new ServerMetrics(url, "m")) {
      String message = assertThrows(UnmaskException.class, metrics::watch).getMessage();
      assertTrue(message.startsWith("--metrics-url=" + url), message);
    }
  }
}
