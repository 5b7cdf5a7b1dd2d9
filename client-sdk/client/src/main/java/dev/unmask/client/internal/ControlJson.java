package dev.unmask.client.internal;

import com.fasterxml.jackson.databind.JsonNode;
import dev.unmask.client.ModelConfig;
import dev.unmask.client.ModelMetadata;
import dev.unmask.client.ModelStatistics;
import dev.unmask.client.RepositoryModel;
import dev.unmask.client.ServerMetadata;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Answers about servers and models as JSON. */
final class ControlJson {
  private ControlJson() {}

  static ServerMetadata serverMetadata(JsonNode json) {
    return new ServerMetadata(text(json, "name"), text(json, "version"), texts(json, "extensions"));
  }

  static ModelMetadata modelMetadata(JsonNode json) {
    return new ModelMetadata(
        text(json, "name"),
        texts(json, "versions"),
        text(json, "platform"),
        list(json.path("inputs"), ControlJson::tensor),
        list(json.path("outputs"), ControlJson::tensor));
  }

  private static ModelMetadata.TensorMetadata tensor(JsonNode json) {
    String name = text(json, "name");
    return new ModelMetadata.TensorMetadata(
        name,
        ResponseTensors.datatype(text(json, "datatype"), name),
        list(json.path("shape"), JsonNode::asLong));
  }

  static ModelConfig modelConfig(JsonNode json) {
    Map<String, String> parameters = new HashMap<>();
    json.path("parameters")
        .properties()
        .forEach(
            member -> parameters.put(member.getKey(), text(member.getValue(), "string_value")));
    return new ModelConfig(
        text(json, "name"),
        text(json, "backend"),
        json.path("max_batch_size").asInt(),
        json.path("model_transaction_policy").path("decoupled").asBoolean(),
        list(json.path("input"), tensor -> text(tensor, "name")),
        list(json.path("output"), tensor -> text(tensor, "name")),
        parameters,
        json.toString());
  }

  static List<ModelStatistics> statistics(JsonNode json) {
    return list(json.path("model_stats"), ControlJson::modelStatistics);
  }

  private static ModelStatistics modelStatistics(JsonNode json) {
    Map<String, Map<String, ModelStatistics.Total>> responses = new HashMap<>();
    json.path("response_stats")
        .properties()
        .forEach(member -> responses.put(member.getKey(), totals(member.getValue())));
    return new ModelStatistics(
        text(json, "name"),
        text(json, "version"),
        Instant.ofEpochMilli(json.path("last_inference").asLong()),
        json.path("inference_count").asLong(),
        json.path("execution_count").asLong(),
        totals(json.path("inference_stats")),
        responses,
        list(
            json.path("batch_stats"),
            batch -> new ModelStatistics.Batch(batch.path("batch_size").asLong(), totals(batch))));
  }

  /** Those members that are totals. */
  private static Map<String, ModelStatistics.Total> totals(JsonNode json) {
    Map<String, ModelStatistics.Total> totals = new HashMap<>();
    json.properties()
        .forEach(
            member -> {
              if (member.getValue().isObject()) {
                totals.put(
                    member.getKey(),
                    new ModelStatistics.Total(
                        member.getValue().path("count").asLong(),
                        Duration.ofNanos(member.getValue().path("ns").asLong())));
              }
            });
    return totals;
  }

  static List<RepositoryModel> repositoryIndex(JsonNode json) {
    return list(
        json,
        model ->
            new RepositoryModel(
                text(model, "name"),
                text(model, "version"),
                text(model, "state"),
                text(model, "reason")));
  }

  private static String text(JsonNode json, String name) {
    return json.path(name).asText();
  }

  private static List<String> texts(JsonNode json, String name) {
    return list(json.path(name), JsonNode::asText);
  }

  private static <T> List<T> list(JsonNode array, Function<JsonNode, T> element) {
    List<T> list = new ArrayList<>(array.size());
    array.forEach(item -> list.add(element.apply(item)));
    return list;
  }
}
