package dev.unmask.bridge.engine.tensorrt;

import dev.unmask.bridge.engine.EngineCapabilities;
import dev.unmask.bridge.engine.EngineOptions;
import dev.unmask.bridge.engine.step.GraphNames;
import dev.unmask.bridge.engine.step.GraphTensors;
import dev.unmask.bridge.engine.step.KvBlocks;
import dev.unmask.repository.ModelManifest;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Opens a session: loads the plan, checks it against the manifest, counts the memory, allocates it
 * and makes the contexts. What was acquired before a failure is given back.
 */
final class SessionOpener {
  /** Runs that are kept recorded. */
  private static final int GRAPHS = 32;

  private static final int STAGING_SETS = 2;

  private final DevicePlatform platform;
  private final Path directory;
  private final ModelManifest manifest;
  private final PlanManifest planManifest;
  private final EngineOptions options;
  private final Resources resources = new Resources();

  private SessionOpener(
      DevicePlatform platform,
      Path directory,
      ModelManifest manifest,
      PlanManifest planManifest,
      EngineOptions options) {
    this.platform = platform;
    this.directory = directory;
    this.manifest = manifest;
    this.planManifest = planManifest;
    this.options = options;
  }

  /**
   * Opens a session.
   *
   * @param directory the version directory
   * @param planManifest of its plan
   * @throws UnmaskException UNAVAILABLE where memory does not suffice, INVALID_ARGUMENT where the
   *     plan does not fit the manifest
   * @throws DeviceException where a call fails
   */
  static TensorRtEngineSession open(
      DevicePlatform platform,
      Path directory,
      ModelManifest manifest,
      PlanManifest planManifest,
      EngineOptions options) {
    SessionOpener opener = new SessionOpener(platform, directory, manifest, planManifest, options);
    try {
      return opener.open();
    } catch (RuntimeException | Error e) {
      opener.resources.close();
      throw e;
    }
  }

  private TensorRtEngineSession open() {
    KvLayout layout = KvLayout.of(manifest, options.maxSequences());
    RunShapes shapes = new RunShapes(planManifest.profiles());
    StagingLayouts layouts = new StagingLayouts(stagingModel());
    StagingLayout largest = largest(layouts.model(), shapes);
    long stagingBytes = largest.inputBytes() + largest.outputBytes();
    long budget = kvBudget(layout);
    DeviceRuntime device = platform.open(options.device());
    resources.add(device::close);
    PlanFit.check(planManifest, manifest, platform.version(), device.computeCapability());
    Path file = directory.resolve(PlanManifest.PLAN_FILE_NAME);
    new DeviceMemoryBudget(size(file), 0, layout.bytes(), stagingBytes)
        .check(manifest.name(), device.freeBytes());
    LoadedPlan plan = platform.load(file);
    resources.add(plan::close);
    check(plan);
    long activations = 0;
    for (int profile = 0; profile < plan.profiles(); profile++) {
      activations = Math.max(activations, plan.activationBytes(profile));
    }
    // Its weights are on the device by now.
    new DeviceMemoryBudget(0, activations, layout.bytes(), stagingBytes)
        .check(manifest.name(), device.freeBytes());
    long stream = device.streamCreate();
    resources.add(() -> device.streamDestroy(stream));
    ContextFactory contexts = contexts(device, plan, activations, stream);
    DeviceKvCache cache = new DeviceKvCache(device, stream, layout, budget, resources);
    GraphCache graphs = new GraphCache(device, stream, GRAPHS);
    resources.add(graphs::close);
    PlanRunner runner =
        new PlanRunner(
            device, stream, contexts, plan.profiles(), cache, graphs, largest, resources);
    StagingSet[] staging = new StagingSet[STAGING_SETS];
    for (int set = 0; set < staging.length; set++) {
      staging[set] = new StagingSet(device, largest.inputBytes(), largest.outputBytes(), resources);
    }
    // Work on the stream uses all of the above: it ends before anything is given back.
    resources.add(() -> device.streamSynchronize(stream));
    return new TensorRtEngineSession(
        new SessionParts(
            manifest.name(),
            manifest.vocabSize(),
            device,
            stream,
            capabilities(device, plan, layout, budget),
            cache,
            shapes,
            layouts,
            runner,
            staging,
            resources));
  }

  private long kvBudget(KvLayout layout) {
    if (options.kvPositions() > 0) {
      HostEntries.checkBudget(options.kvPositions(), layout, options.sessions());
      return options.kvPositions();
    }
    long sequence = KvBlocks.counted(manifest.maxContext());
    long fitting =
        HostEntries.mostPositions(layout) / (2L * options.sessions()) / sequence * sequence;
    return Math.max(sequence, Math.min(options.maxSequences() * sequence, fitting));
  }

  private ContextFactory contexts(
      DeviceRuntime device, LoadedPlan plan, long activations, long stream) {
    long bytes = Math.max(activations, 1);
    long memory = device.malloc(bytes);
    resources.add(() -> device.free(memory));
    return profile -> {
      PlanContext context = plan.createContext(profile, stream);
      try {
        // They take turns on one stream, and so can share it.
        context.setDeviceMemory(memory, bytes);
        return context;
      } catch (RuntimeException | Error e) {
        context.close();
        throw e;
      }
    };
  }

  private void check(LoadedPlan plan) {
    GraphTensors.check(plan.inputs(), plan.outputs(), manifest);
    if (plan.profiles() != planManifest.profiles().size()) {
      throw UnmaskException.invalid(
          PlanManifest.PLAN_FILE_NAME
              + ": "
              + plan.profiles()
              + " profiles, "
              + PlanManifest.FILE_NAME
              + " names "
              + planManifest.profiles().size());
    }
    for (int tensor = 0; tensor < 2 * manifest.layers(); tensor++) {
      String alias = plan.aliasOf(GraphNames.present(tensor));
      if (!GraphNames.past(tensor).equals(alias)) {
        throw UnmaskException.invalid(
            PlanManifest.PLAN_FILE_NAME
                + ": "
                + GraphNames.present(tensor)
                + " shares the memory of "
                + alias
                + ", not of "
                + GraphNames.past(tensor));
      }
    }
  }

  private StagingLayout.Model stagingModel() {
    return new StagingLayout.Model(
        manifest.maxContext(),
        GraphTensors.guided(manifest),
        manifest.candidates(),
        GraphTensors.distribution(manifest),
        manifest.specialTokenIds().size());
  }

  private static StagingLayout largest(StagingLayout.Model model, RunShapes shapes) {
    int batch = shapes.maxBatch(1);
    int positions = shapes.maxPositions();
    return new StagingLayout(model, batch, (positions + batch - 1) / batch, positions);
  }

  private EngineCapabilities capabilities(
      DeviceRuntime device, LoadedPlan plan, KvLayout layout, long budget) {
    return new EngineCapabilities(
        options.maxSequences(),
        manifest.maxContext(),
        budget,
        layout.bytesPerPosition(),
        manifest.candidates(),
        manifest.specialTokenIds().stream().mapToInt(Integer::intValue).toArray(),
        GraphTensors.guided(manifest),
        "TensorRT " + plan.version() + ", " + device.description() + ", " + manifest.dtype());
  }

  private static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      throw new UnmaskException(ErrorCode.NOT_FOUND, "no " + file, e);
    }
  }
}
