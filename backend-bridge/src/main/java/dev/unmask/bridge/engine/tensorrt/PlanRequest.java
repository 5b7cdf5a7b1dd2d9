package dev.unmask.bridge.engine.tensorrt;

import dev.unmask.repository.ModelManifest;
import dev.unmask.scheduler.UnmaskException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What a plan is to be built for.
 *
 * @param dtype expected of the graph: fp32, fp16, bf16; null for whatever it has
 * @param maxBatch rows of the cache in one enqueue
 * @param maxQueryTokens query positions of a row at most; null for the graph's capacity
 * @param maxContext expected capacity of the graph in positions; null for whatever it has
 * @param workspaceBytes scratch memory that kernels may use while they are chosen and run; null for
 *     all that there is
 * @param timingCache file of kernel timings, read where it exists and written after the build; null
 *     for none
 * @param tf32 whether fp32 products may be rounded to TF32, which is faster and less exact
 */
public record PlanRequest(
    String dtype,
    int maxBatch,
    Integer maxQueryTokens,
    Integer maxContext,
    Long workspaceBytes,
    Path timingCache,
    boolean tf32) {

  /** Rows of the cache unless chosen otherwise. */
  public static final int DEFAULT_MAX_BATCH = 32;

  /** Positions of a run whose candidates are computed, where no row is longer. */
  private static final int MAX_ROWS = 1024;

  private static final int DECODE_QUERY = 128;
  private static final int USUAL_BLOCK = 32;
  private static final int PREFILL_BATCH = 4;
  private static final int PREFILL_QUERY = 512;
  private static final List<String> DTYPES = List.of("fp32", "fp16", "bf16");

  /** A request with every choice left to the graph. */
  public static PlanRequest ofDefaults() {
    return new PlanRequest(null, DEFAULT_MAX_BATCH, null, null, null, null, false);
  }

  /**
   * Holds the request against a model.
   *
   * @throws UnmaskException INVALID_ARGUMENT naming the option and its value, and the import that
   *     makes a graph which fits
   */
  void check(ModelManifest manifest) {
    String name = manifest.name();
    if (!DTYPES.contains(manifest.dtype())) {
      throw UnmaskException.invalid(
          "the graph of "
              + name
              + " is "
              + manifest.dtype()
              + ", which TensorRT does not take: "
              + importCommand(name, "--dtype bf16"));
    }
    if (dtype != null && !DTYPES.contains(dtype)) {
      throw UnmaskException.invalid(
          "--dtype=" + dtype + " is none of " + String.join(", ", DTYPES));
    }
    if (dtype != null && !dtype.equals(manifest.dtype())) {
      throw UnmaskException.invalid(
          "--dtype="
              + dtype
              + ", but the graph of "
              + name
              + " is "
              + manifest.dtype()
              + ", and a plan has the types of its graph: "
              + importCommand(name, "--dtype " + dtype));
    }
    if (maxContext != null && maxContext != manifest.maxContext()) {
      throw UnmaskException.invalid(
          "--max-context="
              + maxContext
              + ", but the graph of "
              + name
              + " has a cache of "
              + manifest.maxContext()
              + " positions, and a plan has that of its graph: "
              + importCommand(name, "--max-context " + maxContext));
    }
    if (maxBatch < 1) {
      throw UnmaskException.invalid("--max-batch=" + maxBatch + " is below 1");
    }
    if (maxQueryTokens != null && (maxQueryTokens < 1 || maxQueryTokens > manifest.maxContext())) {
      throw UnmaskException.invalid(
          "--max-query-tokens="
              + maxQueryTokens
              + " is not between 1 and the graph's capacity, "
              + manifest.maxContext());
    }
    if ((long) maxBatch * Math.max(query(manifest), DECODE_QUERY) > Integer.MAX_VALUE) {
      throw UnmaskException.invalid(
          "--max-batch=" + maxBatch + " with " + query(manifest) + " query tokens is too many");
    }
  }

  private static String importCommand(String name, String option) {
    return "'./unmask import --checkpoint DIR --name "
        + name
        + "-gpu "
        + option
        + "' makes another";
  }

  private int query(ModelManifest manifest) {
    return maxQueryTokens == null ? manifest.maxContext() : maxQueryTokens;
  }

  /** Query positions of a row at most. */
  int queryTokens(ModelManifest manifest) {
    return query(manifest);
  }

  /**
   * The profiles to build: {@code decode} for many short rows, chosen for the block size of the
   * model, {@code prefill} for a few prompts, and {@code long} for one row of any length. Memory is
   * sized by the largest batch times the longest row of a profile, so that few long rows have one
   * of their own.
   */
  List<PlanProfile> profiles(ModelManifest manifest) {
    int longest = query(manifest);
    int decodeQuery = Math.min(DECODE_QUERY, longest);
    int block = manifest.blockSize() == null ? USUAL_BLOCK : manifest.blockSize();
    List<PlanProfile> profiles = new ArrayList<>();
    profiles.add(
        profile(
            PlanProfile.DECODE,
            new ShapeRange(1, half(maxBatch), maxBatch),
            new ShapeRange(1, Math.min(block, decodeQuery), decodeQuery)));
    int prefillBatch = Math.min(PREFILL_BATCH, maxBatch);
    if (longest > DECODE_QUERY && prefillBatch > 1) {
      int prefillQuery = Math.min(PREFILL_QUERY, longest);
      profiles.add(
          profile(
              PlanProfile.PREFILL,
              new ShapeRange(1, half(prefillBatch), prefillBatch),
              new ShapeRange(1, half(prefillQuery), prefillQuery)));
    }
    if (longest > DECODE_QUERY && (longest > PREFILL_QUERY || prefillBatch == 1)) {
      profiles.add(
          profile(
              PlanProfile.LONG,
              new ShapeRange(1, 1, 1),
              new ShapeRange(1, half(longest), longest)));
    }
    return List.copyOf(profiles);
  }

  private static int half(int size) {
    return (size + 1) / 2;
  }

  private static PlanProfile profile(String name, ShapeRange batch, ShapeRange query) {
    // Their logits over the whole vocabulary are the largest of all activations.
    int most = Math.min(batch.max() * query.max(), Math.max(MAX_ROWS, query.max()));
    ShapeRange rows = new ShapeRange(1, Math.min(batch.opt() * query.opt(), most), most);
    return new PlanProfile(name, batch, query, rows);
  }
}
