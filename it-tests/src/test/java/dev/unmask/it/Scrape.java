package dev.unmask.it;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** The metrics of one moment, read from their text format. */
final class Scrape {
  private final Map<String, Double> values = new LinkedHashMap<>();
  private final Map<String, String> types = new LinkedHashMap<>();

  private Scrape(String text) {
    for (String line : text.split("\n", -1)) {
      if (line.startsWith("# TYPE ")) {
        String[] parts = line.split(" ", -1);
        types.put(parts[2], parts[3]);
      } else if (!line.isEmpty() && !line.startsWith("#")) {
        int space = line.lastIndexOf(' ');
        values.put(series(line.substring(0, space)), Double.valueOf(line.substring(space + 1)));
      }
    }
  }

  static Scrape of(EmbeddedServer server) {
    return of(new HttpClientFixture(server.metricsPort()).get("/metrics").expect(200).text());
  }

  static Scrape of(String text) {
    return new Scrape(text);
  }

  /** A name with its labels in alphabetical order. */
  private static String series(String text) {
    int brace = text.indexOf('{');
    if (brace < 0) {
      return text;
    }
    String labels = text.substring(brace + 1, text.lastIndexOf('}'));
    return text.substring(0, brace) + new TreeSet<>(List.of(labels.split(",", -1)));
  }

  /**
   * A model's value.
   *
   * @param labels further labels, each {@code name="value"}
   */
  double of(String metric, String model, String... labels) {
    TreeSet<String> all = new TreeSet<>(List.of(labels));
    all.add("model=\"" + model + "\"");
    all.add("version=\"1\"");
    Double value = values.get(metric + all);
    if (value == null) {
      throw new AssertionError("no " + metric + all + " in " + values.keySet());
    }
    return value;
  }

  boolean has(String metric, String model, String... labels) {
    try {
      of(metric, model, labels);
      return true;
    } catch (AssertionError e) {
      return false;
    }
  }

  /** The type of a family; null where there is none of that name. */
  String type(String family) {
    return types.get(family);
  }

  double failures(String model, String reason) {
    return of("nv_inference_request_failure", model, "reason=\"" + reason + "\"");
  }

  double kvBlocks(String model, String type) {
    return of("nv_trt_llm_kv_cache_block_metrics", model, "kv_cache_block_type=\"" + type + "\"");
  }

  double requests(String model, String state) {
    return of("unmask_requests", model, "state=\"" + state + "\"");
  }

  /** Whether nothing is in progress: no sequence, no block of the cache in use. */
  boolean isIdle(String model) {
    return of("nv_inference_pending_request_count", model) == 0
        && requests(model, "waiting") == 0
        && requests(model, "running") == 0
        && kvBlocks(model, "used") == kvKept(model);
  }

  double kvKept(String model) {
    return of("unmask_kv_cache_kept_blocks", model);
  }
}
