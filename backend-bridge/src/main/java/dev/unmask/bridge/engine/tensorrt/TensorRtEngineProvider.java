package dev.unmask.bridge.engine.tensorrt;

import dev.unmask.bridge.engine.EngineOptions;
import dev.unmask.bridge.engine.EngineProvider;
import dev.unmask.bridge.engine.EngineSession;
import dev.unmask.repository.ModelManifest;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs {@code model.plan} with TensorRT on an NVIDIA GPU; {@code unmask build-engine} makes it.
 * Stateless; any thread.
 */
public final class TensorRtEngineProvider implements EngineProvider {
  /** Name of this engine. */
  public static final String NAME = "tensorrt";

  private static final Logger LOG = LoggerFactory.getLogger(TensorRtEngineProvider.class);

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
  public Optional<String> obstacle(Path versionDirectory, ModelManifest manifest, int device) {
    if (!PlanManifest.exists(versionDirectory)) {
      return Optional.of("no " + PlanManifest.PLAN_FILE_NAME);
    }
    PlanStatus status = PlanStatus.of(versionDirectory, manifest, GpuProbe.probe(), device);
    if (status.state() == PlanStatus.State.FITS) {
      return Optional.empty();
    }
    LOG.warn(
        "{} of model '{}' is not used: {}",
        PlanManifest.PLAN_FILE_NAME,
        manifest.name(),
        status.detail());
    return Optional.of(PlanManifest.PLAN_FILE_NAME + " " + status.detail());
  }

  @Override
  public boolean usesDevices() {
    return true;
  }

  /**
   * {@inheritDoc}
   *
   * <p>Without a budget rows and saved entries may hold what all rows have room for, as far as half
   * of the machine's memory could hold it if all of it were entries. All memory is counted and
   * allocated here. The rows of the KV cache lie on the device, each with room for {@code
   * maxContext} positions, saved entries in page-locked host memory.
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
      EngineSession session =
          SessionOpener.open(platform, versionDirectory, manifest, plan, options);
      LOG.info("model '{}' runs on {}", manifest.name(), session.capabilities().description());
      return session;
    } catch (DeviceException e) {
      ErrorCode code = e.outOfMemory() || e.sticky() ? ErrorCode.UNAVAILABLE : ErrorCode.INTERNAL;
      throw new UnmaskException(code, "opening " + manifest.name() + ": " + e.getMessage(), e);
    }
  }
}
