package dev.unmask.bridge.engine.tensorrt;

/**
 * What runs a plan under one profile, an {@code IExecutionContext}. Shapes and addresses stay until
 * they are set anew. Every method throws {@link DeviceException} where its call fails. One thread
 * at a time.
 */
interface PlanContext extends AutoCloseable {
  /** Gives it memory for activations: {@code setDeviceMemoryV2}. */
  void setDeviceMemory(long address, long bytes);

  /** Sets an input's shape: {@code setInputShape}. */
  void setInputShape(String input, long... shape);

  /** Says where a tensor is in device memory: {@code setTensorAddress}. */
  void setTensorAddress(String tensor, long address);

  /** Puts a run on a stream: {@code enqueueV3}. */
  void enqueue(long stream);

  /** Frees it. Idempotent. */
  @Override
  void close();
}
