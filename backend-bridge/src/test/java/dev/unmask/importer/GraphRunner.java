package dev.unmask.importer;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxTensorLike;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import dev.unmask.repository.ModelManifest;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * Runs an imported graph as plainly as possible: cache of full capacity, outputs for every query
 * position. The rows of a batch share positions and mask.
 */
public final class GraphRunner implements AutoCloseable {
  /** Which cache index a query position attends to. */
  @FunctionalInterface
  public interface Mask {
    /** Whether the position with index {@code i} sees the one with index {@code j}. */
    boolean sees(int i, int j);
  }

  /** Outputs by position; entropy and special logits are null for causal models. */
  public record Outputs(
      long[][] ids, float[][] logits, float[] logSumExp, float[] entropy, float[][] specials) {}

  private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
  private final OrtSession session;
  private final ModelManifest manifest;
  private final int batch;
  private final Map<String, OnnxTensorLike> cache = new HashMap<>();
  private OrtSession.Result previous;

  /** Loads the graph of a version directory, for one sequence. */
  public GraphRunner(Path versionDirectory) throws OrtException {
    this(versionDirectory, 1);
  }

  /** Loads the graph of a version directory, for some sequences at once. */
  public GraphRunner(Path versionDirectory, int batch) throws OrtException {
    this.batch = batch;
    manifest = ModelManifest.read(versionDirectory);
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(1);
      options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR);
      session =
          environment.createSession(versionDirectory.resolve("model.onnx").toString(), options);
    }
    long[] shape = {batch, manifest.kvHeads(), manifest.maxContext(), manifest.headDim()};
    int elements = (int) (batch * shape[1] * shape[2] * shape[3]);
    boolean half = manifest.dtype().equals("fp16");
    for (int layer = 0; layer < manifest.layers(); layer++) {
      for (String kind : new String[] {"key.", "value."}) {
        OnnxTensor zeros =
            half
                ? OnnxTensor.createTensor(
                    environment,
                    ByteBuffer.allocateDirect(2 * elements),
                    shape,
                    OnnxJavaType.FLOAT16)
                : OnnxTensor.createTensor(environment, FloatBuffer.allocate(elements), shape);
        cache.put("past_" + kind + layer, zeros);
      }
    }
  }

  /** The model's manifest. */
  public ModelManifest manifest() {
    return manifest;
  }

  /** One call whose outputs are unguided. */
  public Outputs run(int[] ids, int[] positions, int start, Mask mask) throws OrtException {
    long[] rows = new long[ids.length];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = i;
    }
    return run(ids, positions, start, mask, rows, rows, 1f);
  }

  /**
   * One call.
   *
   * @param start cache index of the first position
   * @param rows positions wanted
   * @param unconditional the other half of each of them
   */
  public Outputs run(
      int[] ids,
      int[] positions,
      int start,
      Mask mask,
      long[] rows,
      long[] unconditional,
      float guidance)
      throws OrtException {
    int n = ids.length / batch;
    Map<String, OnnxTensorLike> inputs = new HashMap<>(cache);
    inputs.put("input_ids", longs(ids, batch, n));
    inputs.put("position_ids", longs(repeated(positions), batch, n));
    byte[] visible = new byte[batch * n * manifest.maxContext()];
    for (int i = 0; i < batch * n; i++) {
      for (int j = 0; j < start + n; j++) {
        visible[i * manifest.maxContext() + j] = (byte) (mask.sees(start + i % n, j) ? 1 : 0);
      }
    }
    inputs.put(
        "attention_mask",
        OnnxTensor.createTensor(
            environment,
            ByteBuffer.wrap(visible),
            new long[] {batch, 1, n, manifest.maxContext()},
            OnnxJavaType.BOOL));
    inputs.put("write_indices", longs(repeated(new int[] {start}), batch));
    inputs.put("output_rows", OnnxTensor.createTensor(environment, rows));
    if (session.getInputNames().contains("guidance")) {
      float[][] factors = new float[rows.length][1];
      for (float[] factor : factors) {
        factor[0] = guidance;
      }
      inputs.put("unconditional_rows", OnnxTensor.createTensor(environment, unconditional));
      inputs.put("guidance", OnnxTensor.createTensor(environment, factors));
    }
    OrtSession.Result result = session.run(inputs);
    for (int layer = 0; layer < manifest.layers(); layer++) {
      for (String kind : new String[] {"key.", "value."}) {
        cache.put("past_" + kind + layer, (OnnxTensor) result.get("present_" + kind + layer).get());
      }
    }
    if (previous != null) {
      previous.close();
    }
    previous = result;
    boolean full = session.getOutputNames().contains("entropy");
    return new Outputs(
        (long[][]) result.get("candidate_ids").get().getValue(),
        (float[][]) result.get("candidate_logits").get().getValue(),
        column(result, "log_sum_exp"),
        full ? column(result, "entropy") : null,
        full ? (float[][]) result.get("special_logits").get().getValue() : null);
  }

  private int[] repeated(int[] values) {
    int[] all = new int[batch * values.length];
    for (int i = 0; i < all.length; i++) {
      all[i] = values[i % values.length];
    }
    return all;
  }

  private static float[] column(OrtSession.Result result, String name) throws OrtException {
    float[][] values = (float[][]) result.get(name).get().getValue();
    float[] column = new float[values.length];
    for (int i = 0; i < column.length; i++) {
      column[i] = values[i][0];
    }
    return column;
  }

  private OnnxTensor longs(int[] values, long... shape) throws OrtException {
    LongBuffer buffer = LongBuffer.allocate(values.length);
    for (int value : values) {
      buffer.put(value);
    }
    return OnnxTensor.createTensor(environment, buffer.flip(), shape);
  }

  @Override
  public void close() throws OrtException {
    if (previous != null) {
      previous.close();
    }
    session.close();
  }
}
