package dev.unmask.bridge.engine.tensorrt;

import java.util.List;

/**
 * TensorRT as far as the engine needs it: a plan in memory, an {@code ICudaEngine}. Every method
 * throws {@link DeviceException} where its call fails. One thread at a time.
 */
interface LoadedPlan extends AutoCloseable {
  /** Version of TensorRT, such as {@code 11.2.0}. */
  String version();

  /** Names of inputs: {@code getIOTensorName} where {@code getTensorIOMode} is kINPUT. */
  List<String> inputs();

  /** Names of outputs. */
  List<String> outputs();

  /**
   * The input whose memory an output must share: {@code getAliasedInputTensor}.
   *
   * @return null where it has memory of its own
   */
  String aliasOf(String output);

  /** Optimisation profiles: {@code getNbOptimizationProfiles}. */
  int profiles();

  /**
   * Device memory that a context of a profile needs besides weights: {@code
   * getDeviceMemorySizeForProfileV2}.
   *
   * @return bytes
   */
  long activationBytes(int profile);

  /**
   * Makes a context of a profile that has no memory yet: {@code
   * createExecutionContext(kUSER_MANAGED)} and {@code setOptimizationProfileAsync}.
   *
   * @return owned by the caller, who closes it before this
   */
  PlanContext createContext(int profile, long stream);

  /** Frees the plan. Idempotent. */
  @Override
  void close();
}
