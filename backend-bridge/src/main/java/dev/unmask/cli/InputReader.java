package dev.unmask.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.IntNode;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.GenerationRequest;
import dev.unmask.scheduler.UnmaskException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/** Makes jobs of input lines. A bad line becomes a job that carries its error. */
final class InputReader {
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
          .build();

  private static final TypeReference<Map<String, Object>> VALUES = new TypeReference<>() {};

  private final OpenModel model;
  private final Map<String, String> defaults;

  /**
   * @param defaults parameters for lines that do not set them
   */
  InputReader(OpenModel model, Map<String, String> defaults) {
    this.model = model;
    this.defaults = defaults;
  }

  /**
   * Reads a file of JSON lines; empty lines are passed over.
   *
   * @param onBadLine told the number of a bad line and what is wrong
   * @throws UnmaskException NOT_FOUND without the file, INVALID_ARGUMENT where it is not UTF-8
   */
  List<Job> read(Path file, BiConsumer<Integer, String> onBadLine) {
    List<Job> jobs = new ArrayList<>();
    try (BufferedReader reader = Files.newBufferedReader(file)) {
      int number = 0;
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        number++;
        if (!line.isBlank()) {
          Job job = job(line, number);
          if (job.error() != null) {
            onBadLine.accept(number, job.error());
          }
          jobs.add(job);
        }
      }
      return jobs;
    } catch (NoSuchFileException e) {
      throw new UnmaskException(ErrorCode.NOT_FOUND, "--input=" + file + " does not exist");
    } catch (CharacterCodingException e) {
      throw UnmaskException.invalid("--input=" + file + " is not UTF-8");
    } catch (IOException e) {
      throw new UnmaskException(ErrorCode.UNAVAILABLE, "--input=" + file + ": " + e, e);
    }
  }

  private Job job(String line, int number) {
    JsonNode id = IntNode.valueOf(number);
    String task = null;
    try {
      JsonNode node = JSON.readTree(line);
      if (!node.isObject()) {
        throw UnmaskException.invalid("not a JSON object");
      }
      id = node.hasNonNull("id") ? node.get("id") : id;
      task = text(node, "task");
      return job(node, id, task);
    } catch (JsonProcessingException e) {
      return Job.bad(id, task, "not JSON: " + e.getOriginalMessage().replace('\n', ' '));
    } catch (UnmaskException e) {
      return Job.bad(id, task, e.getMessage());
    }
  }

  private Job job(JsonNode node, JsonNode id, String task) {
    RequestParameters parameters = RequestParameters.of(defaults, parameters(node));
    int given = 0;
    for (String name : List.of("prompt", "input_ids", "infill")) {
      given += node.hasNonNull(name) ? 1 : 0;
    }
    if (given != 1) {
      throw UnmaskException.invalid(
          (given == 0 ? "none" : "more than one") + " of prompt, input_ids, infill is given");
    }
    GenerationRequest request;
    InfillPrompt infill = null;
    if (node.hasNonNull("infill")) {
      infill =
          InfillPrompt.encode(node.get("infill"), model.tokenizer(), model.traits().maxContext());
      if (!parameters.stop().isEmpty()) {
        throw UnmaskException.invalid("stop=" + parameters.stop() + " has no meaning for infill");
      }
      request =
          GenerationRequest.ofInfill(
              infill.tokenIds(), infill.masked(), parameters.scheduler(), model.traits());
    } else {
      int[] ids =
          node.hasNonNull("input_ids")
              ? inputIds(node.get("input_ids"))
              : model.encoder().encode(text(node, "prompt"));
      request = GenerationRequest.ofPrompt(ids, parameters.scheduler(), model.traits());
    }
    return new Job(
        id, task, text(node, "expected"), request, infill, model.tokenizer(), parameters.stop());
  }

  /** A job for a prompt of the command line. */
  Job job(String prompt) {
    RequestParameters parameters = RequestParameters.of(defaults, Map.of());
    GenerationRequest request =
        GenerationRequest.ofPrompt(
            model.encoder().encode(prompt), parameters.scheduler(), model.traits());
    return new Job(
        IntNode.valueOf(1), null, null, request, null, model.tokenizer(), parameters.stop());
  }

  private static Map<String, Object> parameters(JsonNode line) {
    JsonNode node = line.path("parameters");
    if (node.isMissingNode() || node.isNull()) {
      return Map.of();
    }
    if (!node.isObject()) {
      throw UnmaskException.invalid("parameters=" + node + " is not an object");
    }
    return JSON.convertValue(node, VALUES);
  }

  private static String text(JsonNode line, String name) {
    JsonNode node = line.path(name);
    if (node.isMissingNode() || node.isNull()) {
      return null;
    }
    if (!node.isTextual()) {
      throw UnmaskException.invalid(name + "=" + node + " is not text");
    }
    return node.asText();
  }

  private static int[] inputIds(JsonNode node) {
    if (!node.isArray()) {
      throw UnmaskException.invalid("input_ids=" + node + " is not an array");
    }
    int[] ids = new int[node.size()];
    for (int i = 0; i < ids.length; i++) {
      if (!node.get(i).isInt()) {
        throw UnmaskException.invalid("input_ids[" + i + "]=" + node.get(i) + " is not an integer");
      }
      ids[i] = node.get(i).asInt();
    }
    return ids;
  }
}
