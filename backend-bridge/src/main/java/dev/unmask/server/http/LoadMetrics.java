package dev.unmask.server.http;

import dev.unmask.server.InferenceServer.KvLoad;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;

/** The load report that load balancers ask for with a request header (ORCA). Any thread. */
final class LoadMetrics {
  /** Asks for the report: {@code text} or {@code json}. */
  static final String REQUEST_HEADER = "endpoint-load-metrics-format";

  private static final String RESPONSE_HEADER = "endpoint-load-metrics";

  private LoadMetrics() {}

  /**
   * The response header, or none.
   *
   * @param format the request header's value, null for none
   */
  static Map<String, String> headers(String format, Supplier<KvLoad> load) {
    if ("text".equals(format)) {
      KvLoad now = load.get();
      return Map.of(
          RESPONSE_HEADER,
          String.format(
              Locale.ROOT,
              "TEXT named_metrics.kv_cache_utilization=%f, named_metrics.max_token_capacity=%d",
              now.utilization(),
              now.maxTokenCapacity()));
    }
    if ("json".equals(format)) {
      KvLoad now = load.get();
      byte[] json =
          Json.write(
              out -> {
                out.writeStartObject();
                out.writeObjectFieldStart("named_metrics");
                out.writeNumberField("kv_cache_utilization", now.utilization());
                out.writeNumberField("max_token_capacity", now.maxTokenCapacity());
                out.writeEndObject();
                out.writeEndObject();
              });
      return Map.of(RESPONSE_HEADER, "JSON " + new String(json, StandardCharsets.UTF_8));
    }
    return Map.of();
  }
}
