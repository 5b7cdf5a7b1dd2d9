package dev.unmask.importer;

import dev.unmask.scheduler.UnmaskException;

/**
 * The shape to widen a checkpoint to; null fields are left as the checkpoint has them.
 *
 * @param hidden width of the residual stream
 * @param layers transformer layers
 * @param heads attention heads
 * @param kvHeads key and value heads
 * @param headDim width of a head
 * @param intermediate width of the feed-forward layer
 * @param vocab rows of the embedding and of the head
 */
public record InflateShape(
    Integer hidden,
    Integer layers,
    Integer heads,
    Integer kvHeads,
    Integer headDim,
    Integer intermediate,
    Integer vocab) {

  /**
   * A named shape. 25m and 110m are named by the weights that a pass reads, which are all but the
   * embedding; 8b is that of LLaDA-8B.
   *
   * @throws UnmaskException INVALID_ARGUMENT for another name
   */
  public static InflateShape of(String name) {
    return switch (name) {
      case "25m" -> new InflateShape(512, 8, 8, 8, 64, 1344, null);
      case "110m" -> new InflateShape(768, 12, 12, 12, 64, 2048, 32000);
      case "0.5b" -> new InflateShape(1280, 20, 20, 20, 64, 4096, 32000);
      case "8b" -> new InflateShape(4096, 32, 32, 32, 128, 12288, 126464);
      default -> throw UnmaskException.invalid("shape=" + name + " is none of 25m, 110m, 0.5b, 8b");
    };
  }

  /** This shape with the fields that another one sets. */
  public InflateShape with(InflateShape other) {
    return new InflateShape(
        or(other.hidden, hidden),
        or(other.layers, layers),
        or(other.heads, heads),
        or(other.kvHeads, kvHeads),
        or(other.headDim, headDim),
        or(other.intermediate, intermediate),
        or(other.vocab, vocab));
  }

  /** Whether no field is set. */
  public boolean isEmpty() {
    return equals(new InflateShape(null, null, null, null, null, null, null));
  }

  private static Integer or(Integer first, Integer second) {
    return first != null ? first : second;
  }
}
