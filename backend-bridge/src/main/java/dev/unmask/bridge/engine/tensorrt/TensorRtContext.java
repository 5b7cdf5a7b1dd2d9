package dev.unmask.bridge.engine.tensorrt;

import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.tensorrt.nvinfer.Dims64;
import org.bytedeco.tensorrt.nvinfer.IExecutionContext;

/** An execution context of TensorRT. Not yet run on hardware: see docs/GPU.md. */
final class TensorRtContext implements PlanContext {
  private final IExecutionContext context;
  private final Resources resources = new Resources();

  /**
   * @param context owned
   */
  TensorRtContext(IExecutionContext context, int profile, long stream) {
    this.context = context;
    resources.add(() -> Destructors.delete(context));
    try {
      CudaStatus.check(
          "setOptimizationProfileAsync",
          context.setOptimizationProfileAsync(profile, new CUstream_st(new Address(stream))));
    } catch (RuntimeException | Error e) {
      resources.close();
      throw e;
    }
  }

  @Override
  public void setDeviceMemory(long address, long bytes) {
    context.setDeviceMemoryV2(new Address(address), bytes);
  }

  @Override
  public void setInputShape(String input, long... shape) {
    try (Dims64 dimensions = new Dims64()) {
      dimensions.nbDims(shape.length);
      for (int i = 0; i < shape.length; i++) {
        dimensions.d(i, shape[i]);
      }
      CudaStatus.check("setInputShape of " + input, context.setInputShape(input, dimensions));
    }
  }

  @Override
  public void setTensorAddress(String tensor, long address) {
    CudaStatus.check(
        "setTensorAddress of " + tensor, context.setTensorAddress(tensor, new Address(address)));
  }

  @Override
  public void enqueue(long stream) {
    CudaStatus.check("enqueueV3", context.enqueueV3(new CUstream_st(new Address(stream))));
  }

  @Override
  public void close() {
    resources.close();
  }
}
