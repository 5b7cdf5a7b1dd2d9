package dev.unmask.bridge.engine.tensorrt;

import java.nio.ByteBuffer;

/**
 * CUDA as far as the engine needs it, for one device: memory, streams, events, graphs. Each method
 * of the real implementation is one call of the CUDA runtime; addresses and handles are its
 * pointers, 0 is none.
 *
 * <p>Every method throws {@link DeviceException} where its call fails. Work on a stream is done in
 * order and not before a method returns; what it reads and writes must stay until it is done. One
 * thread at a time.
 */
interface DeviceRuntime extends AutoCloseable {
  /** Flag of {@link #memcpy2d}: which way to copy. */
  enum Direction {
    /** From host to device. */
    TO_DEVICE,
    /** From device to host. */
    TO_HOST
  }

  /** One line for logs: device, compute capability, versions. */
  String description();

  /** Such as {@code 9.0}. */
  String computeCapability();

  /** Makes the device that of the calling thread: {@code cudaSetDevice}. */
  void setDevice();

  /** Bytes of device memory that nobody has allocated: {@code cudaMemGetInfo}. */
  long freeBytes();

  /**
   * Allocates device memory: {@code cudaMalloc}.
   *
   * @param bytes at least 1
   * @return its address
   */
  long malloc(long bytes);

  /** Frees device memory: {@code cudaFree}. */
  void free(long address);

  /** Allocates page-locked host memory: {@code cudaHostAlloc}. */
  long hostAlloc(long bytes);

  /** Frees page-locked host memory: {@code cudaFreeHost}. */
  void hostFree(long address);

  /** A view of page-locked host memory, in native byte order. */
  ByteBuffer view(long address, int bytes);

  /** Sets device memory to zero: {@code cudaMemsetAsync}. */
  void clear(long address, long bytes, long stream);

  /** Copies host to device: {@code cudaMemcpyAsync}. */
  void copyToDevice(long device, long host, long bytes, long stream);

  /** Copies device to host: {@code cudaMemcpyAsync}. */
  void copyToHost(long host, long device, long bytes, long stream);

  /** Copies within the device, between ranges that do not overlap: {@code cudaMemcpyAsync}. */
  void copyWithin(long to, long from, long bytes, long stream);

  /**
   * Copies lines: {@code cudaMemcpy2DAsync}.
   *
   * @param toPitch bytes from the start of a line to that of the next
   * @param fromPitch likewise
   * @param width bytes of a line
   * @param height lines
   */
  void memcpy2d(
      long to,
      long toPitch,
      long from,
      long fromPitch,
      long width,
      long height,
      Direction direction,
      long stream);

  /** Makes a stream that does not wait for the default one: {@code cudaStreamCreateWithFlags}. */
  long streamCreate();

  /** Waits until all work on a stream is done: {@code cudaStreamSynchronize}. */
  void streamSynchronize(long stream);

  /** Destroys a stream: {@code cudaStreamDestroy}. */
  void streamDestroy(long stream);

  /** Makes an event without timing: {@code cudaEventCreateWithFlags}. */
  long eventCreate();

  /** Lets an event happen when the work on a stream so far is done: {@code cudaEventRecord}. */
  void eventRecord(long event, long stream);

  /** Waits for an event: {@code cudaEventSynchronize}. */
  void eventSynchronize(long event);

  /** Destroys an event: {@code cudaEventDestroy}. */
  void eventDestroy(long event);

  /** From now on work on a stream is recorded and not done: {@code cudaStreamBeginCapture}. */
  void beginCapture(long stream);

  /**
   * Ends a recording: {@code cudaStreamEndCapture}.
   *
   * @return the graph
   */
  long endCapture(long stream);

  /**
   * Makes a graph ready to launch: {@code cudaGraphInstantiate}.
   *
   * @return the executable graph
   */
  long graphInstantiate(long graph);

  /** Does the work of a graph on a stream: {@code cudaGraphLaunch}. */
  void graphLaunch(long executable, long stream);

  /** Destroys a graph: {@code cudaGraphDestroy}. */
  void graphDestroy(long graph);

  /** Destroys an executable graph: {@code cudaGraphExecDestroy}. */
  void graphExecDestroy(long executable);

  /** Lets go of the device. Idempotent. */
  @Override
  void close();
}
