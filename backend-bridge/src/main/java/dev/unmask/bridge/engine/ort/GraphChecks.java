package dev.unmask.bridge.engine.ort;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.unmask.repository.ModelManifest;
import dev.unmask.scheduler.AttentionKind;
import dev.unmask.scheduler.UnmaskException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Compares a graph's inputs and outputs with those that its manifest implies. */
final class GraphChecks {
  private GraphChecks() {}

  /** Whether the graph takes guidance. */
  static boolean guided(ModelManifest manifest) {
    return AttentionKind.of(manifest.attention()) == AttentionKind.FULL;
  }

  /** Whether the graph gives what the entropy follows from. */
  static boolean distribution(ModelManifest manifest) {
    return AttentionKind.of(manifest.attention()) != AttentionKind.CAUSAL;
  }

  /**
   * Refuses a graph that lacks a tensor or has an input that nothing feeds.
   *
   * @throws UnmaskException INVALID_ARGUMENT naming the tensor
   */
  static void check(OrtSession session, ModelManifest manifest) throws OrtException {
    List<String> inputs =
        new ArrayList<>(
            List.of(
                GraphNames.INPUT_IDS,
                GraphNames.POSITION_IDS,
                GraphNames.ATTENTION_MASK,
                GraphNames.WRITE_INDICES,
                GraphNames.OUTPUT_ROWS));
    List<String> outputs =
        new ArrayList<>(
            List.of(
                GraphNames.CANDIDATE_IDS, GraphNames.CANDIDATE_LOGITS, GraphNames.TOP_PROBABILITY));
    if (guided(manifest)) {
      inputs.add(GraphNames.UNCONDITIONAL_ROWS);
      inputs.add(GraphNames.GUIDANCE);
    }
    if (distribution(manifest)) {
      outputs.add(GraphNames.EXPECTED_GAP);
    }
    if (!manifest.specialTokenIds().isEmpty()) {
      outputs.add(GraphNames.SPECIAL_LOGITS);
    }
    for (int tensor = 0; tensor < 2 * manifest.layers(); tensor++) {
      inputs.add(GraphNames.past(tensor));
      outputs.add(GraphNames.present(tensor));
    }
    require("input", inputs, session.getInputNames());
    require("output", outputs, session.getOutputNames());
    for (String name : session.getInputNames()) {
      if (!inputs.contains(name)) {
        throw UnmaskException.invalid(GraphFile.NAME + ": unknown input " + name);
      }
    }
  }

  private static void require(String kind, List<String> expected, Set<String> actual) {
    for (String name : expected) {
      if (!actual.contains(name)) {
        throw UnmaskException.invalid(GraphFile.NAME + ": no " + kind + " " + name);
      }
    }
  }
}
