package dev.unmask.bridge.engine.tensorrt;

import static org.bytedeco.tensorrt.global.nvinfer.createInferRuntime;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.tensorrt.global.nvinfer.ExecutionContextAllocationStrategy;
import org.bytedeco.tensorrt.global.nvinfer.TensorIOMode;
import org.bytedeco.tensorrt.nvinfer.ICudaEngine;
import org.bytedeco.tensorrt.nvinfer.IExecutionContext;
import org.bytedeco.tensorrt.nvinfer.IRuntime;

/** A plan in TensorRT. Not yet run on hardware: see docs/GPU.md. */
final class TensorRtPlan implements LoadedPlan {
  private static final int READ_BYTES = 1 << 26;

  private final String version;
  private final Resources resources = new Resources();
  private final ICudaEngine engine;
  private final List<String> inputs = new ArrayList<>();
  private final List<String> outputs = new ArrayList<>();

  /**
   * Loads a plan onto the calling thread's device.
   *
   * @param version of the library
   */
  TensorRtPlan(Path file, String version) {
    this.version = version;
    try {
      IRuntime runtime = present("createInferRuntime", createInferRuntime(TensorRtLog.shared()));
      resources.add(() -> Destructors.delete(runtime));
      engine = deserialize(runtime, file);
      resources.add(() -> Destructors.delete(engine));
      for (int i = 0; i < engine.getNbIOTensors(); i++) {
        String name = engine.getIOTensorName(i);
        boolean input = engine.getTensorIOMode(name).intern() == TensorIOMode.kINPUT;
        (input ? inputs : outputs).add(name);
      }
    } catch (RuntimeException | Error e) {
      resources.close();
      throw e;
    }
  }

  private static ICudaEngine deserialize(IRuntime runtime, Path file) {
    Pointer bytes = null;
    try (FileChannel channel = FileChannel.open(file)) {
      long size = channel.size();
      bytes = Pointer.malloc(size);
      if (bytes == null || bytes.isNull()) {
        throw new DeviceException(
            "malloc", size + " bytes for " + file, DeviceException.Kind.OUT_OF_MEMORY);
      }
      read(channel, bytes.address(), size);
      return present("deserializeCudaEngine", runtime.deserializeCudaEngine(bytes, size));
    } catch (IOException e) {
      throw new DeviceException(
          "reading " + file, String.valueOf(e.getMessage()), DeviceException.Kind.REFUSED);
    } finally {
      if (bytes != null && !bytes.isNull()) {
        Pointer.free(bytes);
      }
    }
  }

  private static void read(FileChannel channel, long address, long size) throws IOException {
    for (long done = 0; done < size; ) {
      int part = (int) Math.min(READ_BYTES, size - done);
      ByteBuffer buffer =
          new BytePointer(new Address(address + done)).capacity(part).asByteBuffer();
      int read = channel.read(buffer);
      if (read < 0) {
        throw new EOFException("shorter than " + size + " bytes");
      }
      done += read;
    }
  }

  private static <T extends Pointer> T present(String call, T result) {
    CudaStatus.check(call, !Address.isNothing(result));
    return result;
  }

  @Override
  public String version() {
    return version;
  }

  @Override
  public List<String> inputs() {
    return inputs;
  }

  @Override
  public List<String> outputs() {
    return outputs;
  }

  @Override
  public String aliasOf(String output) {
    return engine.getAliasedInputTensor(output);
  }

  @Override
  public int profiles() {
    return engine.getNbOptimizationProfiles();
  }

  @Override
  public long activationBytes(int profile) {
    return engine.getDeviceMemorySizeForProfileV2(profile);
  }

  @Override
  public PlanContext createContext(int profile, long stream) {
    IExecutionContext context =
        present(
            "createExecutionContext",
            engine.createExecutionContext(ExecutionContextAllocationStrategy.kUSER_MANAGED));
    return new TensorRtContext(context, profile, stream);
  }

  @Override
  public void close() {
    resources.close();
  }
}
