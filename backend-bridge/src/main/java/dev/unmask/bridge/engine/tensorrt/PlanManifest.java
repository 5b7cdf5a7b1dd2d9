package dev.unmask.bridge.engine.tensorrt;

import java.util.List;

/**
 * The contents of {@code model.plan.json}: what a plan was built from, by what, and for what. A
 * plan runs only on the TensorRT version and compute capability that built it.
 *
 * @param format version of this file's layout, {@value #FORMAT}
 * @param tensorRtVersion such as 11.2.0
 * @param computeCapability of the device it was built on, such as 9.0
 * @param graphSha256 SHA-256 in hexadecimal of the model.onnx it was built from
 * @param planSha256 SHA-256 in hexadecimal of model.plan
 * @param dtype of weights and KV cache
 * @param capacity cache positions of every row, fixed by the graph
 * @param maxBatch rows of the cache
 * @param maxQueryTokens query positions of a row at most
 * @param profiles in the order of the plan
 */
record PlanManifest(
    int format,
    String tensorRtVersion,
    String computeCapability,
    String graphSha256,
    String planSha256,
    String dtype,
    int capacity,
    int maxBatch,
    int maxQueryTokens,
    List<PlanProfile> profiles) {

  /** The layout this build writes and reads. */
  static final int FORMAT = 1;

  /** Name of the file in a version directory. */
  static final String FILE_NAME = "model.plan.json";

  /** Name of the plan in a version directory. */
  static final String PLAN_FILE_NAME = "model.plan";
}
