package dev.unmask.capacity.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.unmask.capacity.load.RunSamples;
import dev.unmask.capacity.load.Sample;
import dev.unmask.capacity.measure.Level.TargetLevel;
import dev.unmask.capacity.measure.Measure;
import dev.unmask.capacity.targets.Answer;
import java.io.IOException;
import java.io.Writer;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * A line of JSON for every request, with the fields of AIPerf's {@code profile_export.jsonl}:
 * {@code metadata}, {@code metrics} of value and unit, {@code error}. Beyond AIPerf's metrics there
 * are those of decoding.
 */
final class RecordExport {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** What epoch time {@link System#nanoTime} counts from. */
  private final long epochNanos;

  RecordExport() {
    epochNanos = System.currentTimeMillis() * 1_000_000 - System.nanoTime();
  }

  void write(TargetLevel level, Writer out) throws IOException {
    int number = 0;
    for (RunSamples run : level.runs()) {
      for (Sample sample : run.samples()) {
        out.write(record(sample, number++).toString());
        out.write('\n');
      }
    }
  }

  private ObjectNode record(Sample sample, int number) {
    ObjectNode record = JSON.createObjectNode();
    ObjectNode metadata = record.putObject("metadata");
    metadata
        .put("session_num", number)
        .put("x_request_id", sample.id())
        .put("x_correlation_id", sample.id())
        .put("conversation_id", sample.prompt().id())
        .put("turn_index", 0)
        .put("request_start_ns", epochNanos + sample.scheduledNanos());
    if (sample.chunks() > 0) {
      metadata.put("request_ack_ns", epochNanos + sample.chunkNanos(0));
    } else {
      metadata.putNull("request_ack_ns");
    }
    metadata
        .put("request_end_ns", epochNanos + sample.endNanos())
        .put("worker_id", "unmask")
        .put("record_processor_id", "unmask")
        .put("benchmark_phase", "profiling")
        .put("was_cancelled", false)
        .putNull("cancellation_time_ns");
    ObjectNode metrics = record.putObject("metrics");
    if (sample.error() == null) {
      metrics(sample, metrics);
      record.putNull("error");
    } else {
      record
          .putObject("error")
          .putNull("code")
          .put("type", sample.error().kind())
          .put("message", sample.error().message());
    }
    return record;
  }

  private static void metrics(Sample sample, ObjectNode metrics) {
    Map<Measure, List<Double>> values = new EnumMap<>(Measure.class);
    Measure.of(
        sample,
        (measure, value) -> values.computeIfAbsent(measure, m -> new ArrayList<>()).add(value));
    values.forEach(
        (measure, all) -> {
          ObjectNode metric = metrics.putObject(AiPerfNames.tag(measure));
          if (measure == Measure.INTER_CHUNK_LATENCY) {
            ArrayNode gaps = metric.putArray("value");
            all.forEach(gaps::add);
          } else {
            metric.put("value", all.get(0));
          }
          metric.put("unit", AiPerfNames.unit(measure));
        });
    Answer answer = sample.answer();
    if (answer.outputTokens() >= 0) {
      put(metrics, "output_token_count", answer.outputTokens(), "tokens");
    }
    if (answer.forwardPasses() >= 0) {
      put(metrics, "forward_passes", answer.forwardPasses(), "passes");
      put(metrics, "query_tokens", answer.queryTokens(), "tokens");
      put(metrics, "reused_tokens", answer.reusedTokens(), "tokens");
    }
  }

  private static void put(ObjectNode metrics, String name, long value, String unit) {
    metrics.putObject(name).put("value", value).put("unit", unit);
  }
}
