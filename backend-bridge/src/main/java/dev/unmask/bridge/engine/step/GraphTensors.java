package dev.unmask.bridge.engine.step;

import dev.unmask.repository.ModelManifest;
import dev.unmask.scheduler.AttentionKind;
import dev.unmask.scheduler.UnmaskException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** The inputs and outputs of a graph that its manifest implies. */
public final class GraphTensors {
  private GraphTensors() {}

  /** Whether the graph takes guidance. */
  public static boolean guided(ModelManifest manifest) {
    return AttentionKind.of(manifest.attention()) == AttentionKind.FULL;
  }

  /** Whether the graph gives what the entropy follows from. */
  public static boolean distribution(ModelManifest manifest) {
    return AttentionKind.of(manifest.attention()) != AttentionKind.CAUSAL;
  }

  /** Names of all inputs, the cache last. */
  public static List<String> inputs(ModelManifest manifest) {
    List<String> names =
        new ArrayList<>(
            List.of(
                GraphNames.INPUT_IDS,
                GraphNames.POSITION_IDS,
                GraphNames.ATTENTION_MASK,
                GraphNames.WRITE_INDICES,
                GraphNames.OUTPUT_ROWS));
    if (guided(manifest)) {
      names.add(GraphNames.UNCONDITIONAL_ROWS);
      names.add(GraphNames.GUIDANCE);
    }
    for (int tensor = 0; tensor < 2 * manifest.layers(); tensor++) {
      names.add(GraphNames.past(tensor));
    }
    return names;
  }

  /** Names of all outputs, the cache last. */
  public static List<String> outputs(ModelManifest manifest) {
    List<String> names =
        new ArrayList<>(
            List.of(
                GraphNames.CANDIDATE_IDS, GraphNames.CANDIDATE_LOGITS, GraphNames.TOP_PROBABILITY));
    if (distribution(manifest)) {
      names.add(GraphNames.EXPECTED_GAP);
    }
    if (!manifest.specialTokenIds().isEmpty()) {
      names.add(GraphNames.SPECIAL_LOGITS);
    }
    for (int tensor = 0; tensor < 2 * manifest.layers(); tensor++) {
      names.add(GraphNames.present(tensor));
    }
    return names;
  }

  /**
   * Refuses a graph that lacks a tensor or has an input that nothing feeds.
   *
   * @param inputs of the graph
   * @param outputs of the graph
   * @throws UnmaskException INVALID_ARGUMENT naming the tensor
   */
  public static void check(
      Collection<String> inputs, Collection<String> outputs, ModelManifest manifest) {
    List<String> fed = inputs(manifest);
    require("input", fed, inputs);
    require("output", outputs(manifest), outputs);
    for (String name : inputs) {
      if (!fed.contains(name)) {
        throw UnmaskException.invalid(GraphNames.FILE + ": unknown input " + name);
      }
    }
  }

  private static void require(String kind, List<String> expected, Collection<String> actual) {
    for (String name : expected) {
      if (!actual.contains(name)) {
        throw UnmaskException.invalid(GraphNames.FILE + ": no " + kind + " " + name);
      }
    }
  }
}
