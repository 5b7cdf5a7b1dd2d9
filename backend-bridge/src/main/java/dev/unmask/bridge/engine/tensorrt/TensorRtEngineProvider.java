package dev.unmask.bridge.engine.tensorrt;

import dev.unmask.bridge.engine.EngineOptions;
import dev.unmask.bridge.engine.EngineProvider;
import dev.unmask.bridge.engine.EngineSession;
import dev.unmask.repository.ModelManifest;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Runs {@code model.plan} with TensorRT on an NVIDIA GPU; {@code unmask build-engine} makes it.
 * Stateless; any thread.
 */
public final class TensorRtEngineProvider implements EngineProvider {
  /** Name of this engine. */
  public static final String NAME = "tensorrt";

  private final DevicePlatform platform;

  /** The engine on the machine's GPUs. */
  public TensorRtEngineProvider() {
    this(new CudaPlatform());
  }

  TensorRtEngineProvider(DevicePlatform platform) {
    this.platform = platform;
  }

  @Override
  public String name() {
    return NAME;
  }

  /** {@inheritDoc} Nothing of CUDA is loaded for a model without a plan. */
  @Override
  public Optional<String> obstacle(Path versionDirectory, ModelManifest manifest) {
    if (!PlanManifest.exists(versionDirectory)) {
      return Optional.of("no " + PlanManifest.PLAN_FILE_NAME);
    }
    PlanStatus status = PlanStatus.of(versionDirectory, manifest, GpuProbe.probe());
    return status.state() == PlanStatus.State.FITS
        ? Optional.empty()
        : Optional.of(PlanManifest.PLAN_FILE_NAME + " " + status.detail());
  }

  /**
   * {@inheritDoc}
   *
   * <p>All memory is counted and allocated here. The rows of the KV cache lie on the device, each
   * with room for {@code maxContext} positions, saved entries in page-locked host memory.
   *
   * @throws UnmaskException NOT_FOUND without a plan, INVALID_ARGUMENT for a plan of another graph,
   *     TensorRT version or kind of device (with the command that builds it anew), UNSUPPORTED for
   *     a data type that TensorRT does not run, UNAVAILABLE without a device or where its memory
   *     does not suffice, INTERNAL where CUDA or TensorRT fails
   */
  @Override
  public EngineSession open(Path versionDirectory, ModelManifest manifest, EngineOptions options) {
    PlanManifest plan = PlanManifest.read(versionDirectory);
    try {
      return SessionOpener.open(platform, versionDirectory, manifest, plan, options);
    } catch (DeviceException e) {
      ErrorCode code = e.outOfMemory() || e.sticky() ? ErrorCode.UNAVAILABLE : ErrorCode.INTERNAL;
      throw new UnmaskException(code, "opening " + manifest.name() + ": " + e.getMessage(), e);
    }
  }
}
