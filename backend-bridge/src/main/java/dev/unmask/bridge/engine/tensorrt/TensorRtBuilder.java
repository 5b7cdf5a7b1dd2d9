package dev.unmask.bridge.engine.tensorrt;

import static org.bytedeco.tensorrt.global.nvinfer.createInferBuilder;
import static org.bytedeco.tensorrt.global.nvinfer.getInferLibVersion;

import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.util.ArrayDeque;
import java.util.Deque;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.tensorrt.nvinfer.IBuilder;
import org.bytedeco.tensorrt.nvinfer.INoCopy;
import org.bytedeco.tensorrt.nvonnxparser.IParser;

/**
 * TensorRT's builder with its log and all that is made with it, which it deletes in reverse order.
 * One thread.
 */
final class TensorRtBuilder implements AutoCloseable {
  private final BuildLog log = new BuildLog();
  private final Deque<Runnable> deletions = new ArrayDeque<>();
  private final IBuilder builder;

  private TensorRtBuilder() {
    TensorRtLog.shared().listen(log);
    deletions.push(() -> TensorRtLog.shared().listen(null));
    try {
      builder = own("createInferBuilder", createInferBuilder(TensorRtLog.shared()));
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  /**
   * Makes a builder.
   *
   * @throws UnmaskException UNAVAILABLE where a library is missing, INTERNAL where TensorRT gives
   *     none, as without a device
   */
  static TensorRtBuilder open() {
    try {
      return new TensorRtBuilder();
    } catch (LinkageError e) {
      throw new UnmaskException(
          ErrorCode.UNAVAILABLE, "TensorRT is not loaded: " + GpuProbe.reason(e), e);
    }
  }

  /** Version of the loaded library, such as {@code 11.2.1}. */
  String version() {
    return GpuProbe.versionName(getInferLibVersion());
  }

  IBuilder builder() {
    return builder;
  }

  BuildLog log() {
    return log;
  }

  /**
   * Takes charge of what a call returned.
   *
   * @throws UnmaskException INTERNAL naming the call where it returned nothing
   */
  <T extends INoCopy> T own(String call, T object) {
    present(call, object);
    deletions.push(() -> Destructors.delete(object));
    return object;
  }

  /** Takes charge of a parser. */
  IParser own(String call, IParser parser) {
    present(call, parser);
    deletions.push(() -> Destructors.delete(parser));
    return parser;
  }

  /**
   * What a call returned; it belongs to another object.
   *
   * @throws UnmaskException INTERNAL naming the call where it returned nothing
   */
  <T extends Pointer> T present(String call, T object) {
    require(call, !Address.isNothing(object));
    return object;
  }

  /**
   * Checks the status of a call.
   *
   * @throws UnmaskException INTERNAL naming the call where it failed
   */
  void require(String call, boolean success) {
    if (!success) {
      throw new UnmaskException(ErrorCode.INTERNAL, call + ": " + log.takeError());
    }
  }

  /** Deletes everything. Idempotent. */
  @Override
  public void close() {
    while (!deletions.isEmpty()) {
      deletions.pop().run();
    }
  }
}
