package dev.unmask.bridge.engine.tensorrt;

import static org.bytedeco.cuda.global.cudart.cudaDevAttrComputeCapabilityMajor;
import static org.bytedeco.cuda.global.cudart.cudaDevAttrComputeCapabilityMinor;
import static org.bytedeco.cuda.global.cudart.cudaDeviceGetAttribute;
import static org.bytedeco.cuda.global.cudart.cudaEventCreateWithFlags;
import static org.bytedeco.cuda.global.cudart.cudaEventDestroy;
import static org.bytedeco.cuda.global.cudart.cudaEventDisableTiming;
import static org.bytedeco.cuda.global.cudart.cudaEventRecord;
import static org.bytedeco.cuda.global.cudart.cudaEventSynchronize;
import static org.bytedeco.cuda.global.cudart.cudaFree;
import static org.bytedeco.cuda.global.cudart.cudaFreeHost;
import static org.bytedeco.cuda.global.cudart.cudaGetDeviceProperties;
import static org.bytedeco.cuda.global.cudart.cudaGraphDestroy;
import static org.bytedeco.cuda.global.cudart.cudaGraphExecDestroy;
import static org.bytedeco.cuda.global.cudart.cudaGraphInstantiate;
import static org.bytedeco.cuda.global.cudart.cudaGraphLaunch;
import static org.bytedeco.cuda.global.cudart.cudaHostAlloc;
import static org.bytedeco.cuda.global.cudart.cudaHostAllocDefault;
import static org.bytedeco.cuda.global.cudart.cudaMalloc;
import static org.bytedeco.cuda.global.cudart.cudaMemGetInfo;
import static org.bytedeco.cuda.global.cudart.cudaMemcpy2DAsync;
import static org.bytedeco.cuda.global.cudart.cudaMemcpyAsync;
import static org.bytedeco.cuda.global.cudart.cudaMemcpyDeviceToDevice;
import static org.bytedeco.cuda.global.cudart.cudaMemcpyDeviceToHost;
import static org.bytedeco.cuda.global.cudart.cudaMemcpyHostToDevice;
import static org.bytedeco.cuda.global.cudart.cudaMemsetAsync;
import static org.bytedeco.cuda.global.cudart.cudaRuntimeGetVersion;
import static org.bytedeco.cuda.global.cudart.cudaSetDevice;
import static org.bytedeco.cuda.global.cudart.cudaStreamBeginCapture;
import static org.bytedeco.cuda.global.cudart.cudaStreamCaptureModeThreadLocal;
import static org.bytedeco.cuda.global.cudart.cudaStreamCreateWithFlags;
import static org.bytedeco.cuda.global.cudart.cudaStreamDestroy;
import static org.bytedeco.cuda.global.cudart.cudaStreamEndCapture;
import static org.bytedeco.cuda.global.cudart.cudaStreamNonBlocking;
import static org.bytedeco.cuda.global.cudart.cudaStreamSynchronize;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.bytedeco.cuda.cudart.CUevent_st;
import org.bytedeco.cuda.cudart.CUgraphExec_st;
import org.bytedeco.cuda.cudart.CUgraph_st;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.cuda.cudart.cudaDeviceProp;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.SizeTPointer;

/** One GPU through the CUDA runtime. Not yet run on hardware: see docs/GPU.md. */
final class CudaDevice implements DeviceRuntime {
  private final int ordinal;
  private final String description;
  private final String computeCapability;

  /**
   * Opens a device.
   *
   * @throws DeviceException where there is none of this ordinal
   */
  CudaDevice(int ordinal) {
    this.ordinal = ordinal;
    setDevice();
    computeCapability =
        attribute(cudaDevAttrComputeCapabilityMajor)
            + "."
            + attribute(cudaDevAttrComputeCapabilityMinor);
    try (cudaDeviceProp properties = new cudaDeviceProp()) {
      CudaStatus.check("cudaGetDeviceProperties", cudaGetDeviceProperties(properties, ordinal));
      int[] version = new int[1];
      CudaStatus.check("cudaRuntimeGetVersion", cudaRuntimeGetVersion(version));
      description =
          properties.name().getString()
              + " (device "
              + ordinal
              + ", compute capability "
              + computeCapability
              + ", CUDA "
              + version[0] / 1000
              + "."
              + version[0] % 1000 / 10
              + ")";
    }
  }

  private int attribute(int name) {
    int[] value = new int[1];
    CudaStatus.check("cudaDeviceGetAttribute", cudaDeviceGetAttribute(value, name, ordinal));
    return value[0];
  }

  @Override
  public String description() {
    return description;
  }

  @Override
  public String computeCapability() {
    return computeCapability;
  }

  @Override
  public void setDevice() {
    CudaStatus.check("cudaSetDevice", cudaSetDevice(ordinal));
  }

  @Override
  public long freeBytes() {
    try (SizeTPointer free = new SizeTPointer(1);
        SizeTPointer total = new SizeTPointer(1)) {
      CudaStatus.check("cudaMemGetInfo", cudaMemGetInfo(free, total));
      return free.get();
    }
  }

  @Override
  public long malloc(long bytes) {
    Pointer memory = new Pointer();
    CudaStatus.check("cudaMalloc of " + bytes + " bytes", cudaMalloc(memory, bytes));
    return memory.address();
  }

  @Override
  public void free(long address) {
    CudaStatus.check("cudaFree", cudaFree(new Address(address)));
  }

  @Override
  public long hostAlloc(long bytes) {
    Pointer memory = new Pointer();
    CudaStatus.check(
        "cudaHostAlloc of " + bytes + " bytes", cudaHostAlloc(memory, bytes, cudaHostAllocDefault));
    return memory.address();
  }

  @Override
  public void hostFree(long address) {
    CudaStatus.check("cudaFreeHost", cudaFreeHost(new Address(address)));
  }

  @Override
  public ByteBuffer view(long address, int bytes) {
    return new BytePointer(new Address(address))
        .capacity(bytes)
        .asByteBuffer()
        .order(ByteOrder.nativeOrder());
  }

  @Override
  public void clear(long address, long bytes, long stream) {
    CudaStatus.check(
        "cudaMemsetAsync", cudaMemsetAsync(new Address(address), 0, bytes, stream(stream)));
  }

  @Override
  public void copyToDevice(long device, long host, long bytes, long stream) {
    copy(device, host, bytes, cudaMemcpyHostToDevice, stream);
  }

  @Override
  public void copyToHost(long host, long device, long bytes, long stream) {
    copy(host, device, bytes, cudaMemcpyDeviceToHost, stream);
  }

  @Override
  public void copyWithin(long to, long from, long bytes, long stream) {
    copy(to, from, bytes, cudaMemcpyDeviceToDevice, stream);
  }

  private static void copy(long to, long from, long bytes, int kind, long stream) {
    CudaStatus.check(
        "cudaMemcpyAsync",
        cudaMemcpyAsync(new Address(to), new Address(from), bytes, kind, stream(stream)));
  }

  @Override
  public void memcpy2d(
      long to,
      long toPitch,
      long from,
      long fromPitch,
      long width,
      long height,
      Direction direction,
      long stream) {
    int kind = direction == Direction.TO_DEVICE ? cudaMemcpyHostToDevice : cudaMemcpyDeviceToHost;
    CudaStatus.check(
        "cudaMemcpy2DAsync",
        cudaMemcpy2DAsync(
            new Address(to),
            toPitch,
            new Address(from),
            fromPitch,
            width,
            height,
            kind,
            stream(stream)));
  }

  @Override
  public long streamCreate() {
    CUstream_st stream = new CUstream_st();
    CudaStatus.check(
        "cudaStreamCreateWithFlags", cudaStreamCreateWithFlags(stream, cudaStreamNonBlocking));
    return stream.address();
  }

  @Override
  public void streamSynchronize(long stream) {
    CudaStatus.check("cudaStreamSynchronize", cudaStreamSynchronize(stream(stream)));
  }

  @Override
  public void streamDestroy(long stream) {
    CudaStatus.check("cudaStreamDestroy", cudaStreamDestroy(stream(stream)));
  }

  @Override
  public long eventCreate() {
    CUevent_st event = new CUevent_st();
    CudaStatus.check(
        "cudaEventCreateWithFlags", cudaEventCreateWithFlags(event, cudaEventDisableTiming));
    return event.address();
  }

  @Override
  public void eventRecord(long event, long stream) {
    CudaStatus.check("cudaEventRecord", cudaEventRecord(event(event), stream(stream)));
  }

  @Override
  public void eventSynchronize(long event) {
    CudaStatus.check("cudaEventSynchronize", cudaEventSynchronize(event(event)));
  }

  @Override
  public void eventDestroy(long event) {
    CudaStatus.check("cudaEventDestroy", cudaEventDestroy(event(event)));
  }

  @Override
  public void beginCapture(long stream) {
    CudaStatus.check(
        "cudaStreamBeginCapture",
        cudaStreamBeginCapture(stream(stream), cudaStreamCaptureModeThreadLocal));
  }

  @Override
  public long endCapture(long stream) {
    CUgraph_st graph = new CUgraph_st();
    CudaStatus.check("cudaStreamEndCapture", cudaStreamEndCapture(stream(stream), graph));
    return graph.address();
  }

  @Override
  public long graphInstantiate(long graph) {
    CUgraphExec_st executable = new CUgraphExec_st();
    CudaStatus.check(
        "cudaGraphInstantiate",
        cudaGraphInstantiate(executable, new CUgraph_st(new Address(graph)), 0));
    return executable.address();
  }

  @Override
  public void graphLaunch(long executable, long stream) {
    CudaStatus.check("cudaGraphLaunch", cudaGraphLaunch(executable(executable), stream(stream)));
  }

  @Override
  public void graphDestroy(long graph) {
    CudaStatus.check("cudaGraphDestroy", cudaGraphDestroy(new CUgraph_st(new Address(graph))));
  }

  @Override
  public void graphExecDestroy(long executable) {
    CudaStatus.check("cudaGraphExecDestroy", cudaGraphExecDestroy(executable(executable)));
  }

  /** Nothing: the device's context belongs to the process. */
  @Override
  public void close() {}

  private static CUstream_st stream(long handle) {
    return new CUstream_st(new Address(handle));
  }

  private static CUevent_st event(long handle) {
    return new CUevent_st(new Address(handle));
  }

  private static CUgraphExec_st executable(long handle) {
    return new CUgraphExec_st(new Address(handle));
  }
}
