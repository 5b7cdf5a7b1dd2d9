package dev.unmask.importer;

import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;

/** A complete shape that a given network can be widened to. */
record TargetShape(
    int hidden, int layers, int heads, int kvHeads, int headDim, int intermediate, int vocab) {

  /**
   * Completes a shape from the network and checks it.
   *
   * @throws UnmaskException INVALID_ARGUMENT for a field below the network's or a shape that is
   *     none; UNSUPPORTED for one that the family's configuration cannot say
   */
  static TargetShape of(Network from, InflateShape shape) {
    int hidden = atLeast("hidden", shape.hidden(), from.hidden());
    int heads = atLeast("heads", shape.heads(), from.queryHeads());
    int kvDefault =
        from.kvHeads() == from.queryHeads() && shape.heads() != null ? heads : from.kvHeads();
    int kvHeads = shape.kvHeads() == null ? kvDefault : shape.kvHeads();
    atLeast("kv_heads", kvHeads, from.kvHeads());
    if (heads % kvHeads != 0) {
      throw UnmaskException.invalid("heads=" + heads + " is no multiple of kv_heads=" + kvHeads);
    }
    int needed = from.kvHeads() * HeadAxes.copies(from, heads, kvHeads);
    if (needed > kvHeads) {
      throw UnmaskException.invalid(
          "kv_heads="
              + kvHeads
              + " is less than the "
              + needed
              + " that keep the groups of the checkpoint with heads="
              + heads);
    }
    return new TargetShape(
        hidden,
        atLeast("layers", shape.layers(), from.layers()),
        heads,
        kvHeads,
        headDim(from, shape.headDim(), hidden, heads),
        atLeast("intermediate", shape.intermediate(), from.intermediate()),
        atLeast("vocab", shape.vocab(), from.vocab()));
  }

  private static int headDim(Network from, Integer wanted, int hidden, int heads) {
    Integer value = wanted;
    // LLaDA's configuration has no head_dim.
    if (from.names() == WeightNames.LLADA) {
      if (hidden % heads != 0) {
        throw UnmaskException.invalid("hidden=" + hidden + " is no multiple of heads=" + heads);
      }
      value = hidden / heads;
      if (wanted != null && !wanted.equals(value)) {
        throw new UnmaskException(
            ErrorCode.UNSUPPORTED,
            "head_dim=" + wanted + " is not hidden / heads=" + value + ", as llada wants it");
      }
    }
    int headDim = atLeast("head_dim", value, from.headDim());
    if (headDim % 2 != 0) {
      throw UnmaskException.invalid("head_dim=" + headDim + " is odd");
    }
    return headDim;
  }

  private static int atLeast(String field, Integer value, int old) {
    if (value == null) {
      return old;
    }
    if (value < old) {
      throw UnmaskException.invalid(
          field + "=" + value + " is smaller than the checkpoint's " + old);
    }
    return value;
  }

  /** The old layer that lies at a new place, -1 for an added one; old ones are spread evenly. */
  int sourceLayer(int layer, int oldLayers) {
    int old = (int) ((long) layer * oldLayers / layers);
    boolean first = layer == 0 || (long) (layer - 1) * oldLayers / layers != old;
    return first ? old : -1;
  }
}
