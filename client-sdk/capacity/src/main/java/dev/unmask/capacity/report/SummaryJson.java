package dev.unmask.capacity.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.unmask.capacity.load.DriverUsage;
import dev.unmask.capacity.measure.Comparison;
import dev.unmask.capacity.measure.DecodingFigures;
import dev.unmask.capacity.measure.Distribution;
import dev.unmask.capacity.measure.Level;
import dev.unmask.capacity.measure.Level.TargetLevel;
import dev.unmask.capacity.measure.RunFigures;
import dev.unmask.capacity.score.Score;
import java.util.List;

/** The whole of a measurement as one JSON object, {@code unmask-capacity/1}. */
public final class SummaryJson {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final double[] PERCENTILES = {50, 90, 99, 99.9};

  private SummaryJson() {}

  /** Makes it. */
  public static ObjectNode of(RunInfo info, List<Level> levels, List<String> warnings) {
    ObjectNode summary =
        JSON.createObjectNode()
            .put("schema", "unmask-capacity/1")
            .put("created", info.created().toString())
            .put("command", info.command())
            .put("seed", info.seed());
    summary.set("machine", JSON.valueToTree(Machine.describe()));
    summary.set("versions", JSON.valueToTree(Machine.versions()));
    ArrayNode targets = summary.putArray("targets");
    for (RunInfo.TargetInfo target : info.targets()) {
      targets
          .addObject()
          .put("name", target.name())
          .put("description", target.description())
          .set("parameters", JSON.valueToTree(target.parameters()));
    }
    summary.set("load", JSON.valueToTree(info.load()));
    if (!info.slo().isEmpty()) {
      summary.set("slo", JSON.valueToTree(info.slo()));
    }
    ArrayNode all = summary.putArray("levels");
    levels.forEach(level -> all.add(level(level)));
    summary.set("warnings", JSON.valueToTree(warnings));
    return summary;
  }

  private static ObjectNode level(Level level) {
    ObjectNode node =
        JSON.createObjectNode()
            .put("value", level.load().value())
            .put("label", level.load().label());
    ArrayNode runs = node.putArray("runs");
    level.targets().forEach(target -> runs.add(run(target)));
    level.comparison().ifPresent(comparison -> node.set("comparison", comparison(comparison)));
    return node;
  }

  private static ObjectNode run(TargetLevel target) {
    RunFigures figures = target.figures();
    ObjectNode run =
        JSON.createObjectNode()
            .put("target", target.name())
            .put("requests", figures.requests())
            .put("unfinished", figures.unfinished())
            .put("duration_s", figures.seconds())
            .put("steady", figures.steady())
            .put("output_token_throughput", figures.tokenThroughput())
            .put("request_throughput", figures.requestThroughput());
    run.set("errors", JSON.valueToTree(figures.errors()));
    figures.goodput().ifPresent(goodput -> run.put("goodput", goodput));
    ObjectNode metrics = run.putObject("metrics");
    figures
        .measures()
        .forEach((measure, values) -> metrics.set(measure.tag(), distribution(values)));
    figures.decoding().ifPresent(decoding -> run.set("decoding", decoding(decoding)));
    figures
        .replay()
        .ifPresent(
            replay ->
                run.putObject("trace").put("requests", replay.rows()).put("sent", replay.sent()));
    target.score().ifPresent(score -> run.set("score", score(score)));
    target.scoreFailure().ifPresent(why -> run.put("score_error", why));
    if (!target.server().isEmpty()) {
      run.set("server", JSON.valueToTree(target.server()));
    }
    DriverUsage driver = figures.driver();
    run.putObject("driver")
        .put("cpu_share", driver.cpuShare())
        .put("busiest_thread", driver.busiestThread())
        .put("late_ms", driver.lateMillis())
        .put("bottleneck", driver.bottleneck());
    return run;
  }

  private static ObjectNode distribution(Distribution values) {
    ObjectNode node =
        JSON.createObjectNode()
            .put("unit", values.unit())
            .put("count", values.count())
            .put("avg", values.mean())
            .put("min", values.min())
            .put("max", values.max())
            .put("std", values.deviation());
    for (double percent : PERCENTILES) {
      String name = percent == Math.rint(percent) ? "p" + (int) percent : "p99_9";
      node.put(name, values.percentile(percent));
    }
    return node;
  }

  private static ObjectNode decoding(DecodingFigures decoding) {
    return JSON.createObjectNode()
        .put("forward_passes", decoding.forwardPasses())
        .put("tokens_per_pass", decoding.tokensPerPass())
        .put("query_tokens", decoding.queryTokens())
        .put("wasted_positions", decoding.wastedPositions())
        .put("reused_tokens", decoding.reusedTokens());
  }

  private static ObjectNode score(Score score) {
    ObjectNode node = JSON.createObjectNode().put("mean", score.mean()).put("n", score.count());
    if (!score.byTask().isEmpty()) {
      ObjectNode tasks = node.putObject("by_task");
      score.byTask().forEach((name, task) -> tasks.set(name, score(task)));
    }
    return node;
  }

  private static ObjectNode comparison(Comparison comparison) {
    ObjectNode node =
        JSON.createObjectNode()
            .put("ratio", comparison.ratio().value())
            .put("low", comparison.ratio().low())
            .put("high", comparison.ratio().high())
            .put("pairs", comparison.ratio().pairs())
            .put("score_margin", comparison.margin());
    comparison
        .scoreDifference()
        .ifPresent(
            difference ->
                node.put("score_difference", difference)
                    .put("comparable", comparison.comparable()));
    return node;
  }
}
