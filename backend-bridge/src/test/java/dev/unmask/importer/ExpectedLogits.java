package dev.unmask.importer;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;

/** Compares outputs of a graph with recorded logits. */
public final class ExpectedLogits {
  private double worst;

  /** Largest difference seen. */
  public double worst() {
    return worst;
  }

  /** Reads a JSON array of numbers. */
  public static int[] ints(JsonNode array) {
    int[] values = new int[array.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = array.get(i).asInt();
    }
    return values;
  }

  /** The mask of an {@code attention} object. */
  public static GraphRunner.Mask mask(JsonNode attention) {
    String kind = attention.path("kind").asText();
    if (kind.equals("causal")) {
      return (i, j) -> j <= i;
    }
    if (kind.equals("full")) {
      return (i, j) -> true;
    }
    int size = attention.path("block_size").asInt();
    int prompt = attention.path("prompt_length").asInt();
    return (i, j) -> block(j, size, prompt) <= block(i, size, prompt);
  }

  private static int block(int position, int size, int prompt) {
    return position < prompt ? -1 : (position - prompt) / size;
  }

  /** Compares the top candidates and the log-sum-exp of one position. */
  public void position(
      GraphRunner.Outputs outputs, int row, JsonNode topIds, JsonNode topLogits, double lse) {
    for (int c = 0; c < topIds.size(); c++) {
      note(logit(outputs, row, topIds.get(c).asInt()) - topLogits.get(c).asDouble());
      note(outputs.logits()[row][c] - topLogits.get(c).asDouble());
    }
    note(outputs.logSumExp()[row] - lse);
  }

  /** Compares the logits of the whole vocabulary; there must be as many candidates. */
  public void allLogits(GraphRunner.Outputs outputs, int row, JsonNode logits) {
    double sum = 0;
    double weighted = 0;
    for (int id = 0; id < logits.size(); id++) {
      double expected = logits.get(id).asDouble();
      note(logit(outputs, row, id) - expected);
      sum += Math.exp(expected);
      weighted += Math.exp(expected) * expected;
    }
    if (outputs.entropy() != null) {
      note(outputs.entropy()[row] - (Math.log(sum) - weighted / sum));
    }
  }

  /** Compares special logits with the candidates', of which there must be all. */
  public void specials(GraphRunner.Outputs outputs, int row, Iterable<Integer> ids) {
    int s = 0;
    for (int id : ids) {
      note(outputs.specials()[row][s++] - logit(outputs, row, id));
    }
  }

  private static double logit(GraphRunner.Outputs outputs, int row, int id) {
    for (int c = 0; c < outputs.ids()[row].length; c++) {
      if (outputs.ids()[row][c] == id) {
        return outputs.logits()[row][c];
      }
    }
    return Double.NaN;
  }

  private void note(double difference) {
    // A token that should be among the candidates and is not gives NaN.
    worst = Double.isNaN(difference) ? Double.MAX_VALUE : Math.max(worst, Math.abs(difference));
  }

  /** Entries of an object, in order. */
  public static Iterable<Map.Entry<String, JsonNode>> entries(JsonNode object) {
    return object.properties();
  }
}
