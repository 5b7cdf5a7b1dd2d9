package dev.unmask.importer;

import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The weights of one import: looks tensors up by module name, checks their shapes, merges the
 * adapter, and remembers which tensors were used so that none is dropped silently.
 */
final class Weights {
  private final Checkpoint checkpoint;
  private final LoraAdapter adapter;
  private final Set<String> used = new HashSet<>();
  private long parameters;

  /**
   * @param adapter null for none
   */
  Weights(Checkpoint checkpoint, LoraAdapter adapter) {
    this.checkpoint = checkpoint;
    this.adapter = adapter;
  }

  /** A weight that no adapter may change. */
  WeightPayload plain(String module, long... shape) {
    return WeightPayload.plain(take(module + ".weight", shape));
  }

  /** A weight that no adapter may change, times a factor. */
  WeightPayload scaled(String module, float factor, long... shape) {
    return new WeightPayload(take(module + ".weight", shape), null, factor);
  }

  /** A projection [out, in]. */
  WeightPayload matrix(String module, int out, int in) {
    return matrix(module, out, in, 1f);
  }

  /** A projection [out, in], times a factor. */
  WeightPayload matrix(String module, int out, int in, float factor) {
    StoredTensor tensor = take(module + ".weight", out, in);
    LoraDelta delta = adapter == null ? null : adapter.take(module, out, in);
    return new WeightPayload(tensor, delta, factor);
  }

  /** Projections of one input, each times its factor, one above the other. */
  Payload matrices(String[] modules, int[] outs, int in, float[] factors) {
    List<Payload> parts = new ArrayList<>();
    for (int i = 0; i < modules.length; i++) {
      parts.add(matrix(modules[i], outs[i], in, factors[i]));
    }
    return Payload.concatenated(parts);
  }

  /** A projection's bias. */
  WeightPayload bias(String module, int out) {
    return bias(module, out, 1f);
  }

  /** A projection's bias, times a factor. */
  WeightPayload bias(String module, int out, float factor) {
    return new WeightPayload(take(module + ".bias", out), null, factor);
  }

  /** Whether the checkpoint has a bias for a module that may come without. */
  boolean hasBias(String module) {
    return checkpoint.has(module + ".bias");
  }

  /** Biases of projections, each times its factor, one after the other. */
  Payload biases(String[] modules, int[] outs, float[] factors) {
    List<Payload> parts = new ArrayList<>();
    for (int i = 0; i < modules.length; i++) {
      parts.add(bias(modules[i], outs[i], factors[i]));
    }
    return Payload.concatenated(parts);
  }

  /** Number of weights taken so far. */
  long parameters() {
    return parameters;
  }

  /**
   * Checks that nothing was left over.
   *
   * @param network what was built from these weights
   * @throws UnmaskException UNSUPPORTED for a tensor of the checkpoint that the network has no use
   *     for, INVALID_ARGUMENT for one of the adapter
   */
  void requireAllUsed(Network network) {
    for (String name : checkpoint.names()) {
      boolean tiedHead = network.tied() && name.equals(network.names().head + ".weight");
      if (!used.contains(name) && !tiedHead && !name.endsWith(".rotary_emb.inv_freq")) {
        throw new UnmaskException(
            ErrorCode.UNSUPPORTED,
            "tensor " + name + " has no place in model_type=" + network.family());
      }
    }
    if (adapter != null) {
      adapter.requireAllUsed();
    }
  }

  private StoredTensor take(String name, long... shape) {
    StoredTensor tensor = checkpoint.tensor(name, shape);
    used.add(name);
    parameters += tensor.elements();
    return tensor;
  }
}
