package dev.unmask.bridge.engine.tensorrt;

import dev.unmask.bridge.engine.step.GraphNames;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts runs of the plan on the stream: inputs up, the graph, outputs down. A shape that came before
 * is recorded once and launched as one from then on; copies are not recorded, since they use either
 * of two staging sets.
 */
final class PlanRunner {
  private static final Logger LOG = LoggerFactory.getLogger(PlanRunner.class);

  private final DeviceRuntime device;
  private final long stream;
  private final PlanContext[] contexts;
  private final DeviceKvCache cache;
  private final GraphCache graphs;
  private final long inputs;
  private final long outputs;
  private boolean recording;

  /**
   * Allocates the device's side of the staging memory.
   *
   * @param contexts by profile; borrowed
   * @param graphs borrowed; null to record nothing
   * @param resources takes charge of what is allocated
   */
  PlanRunner(
      DeviceRuntime device,
      long stream,
      PlanContext[] contexts,
      DeviceKvCache cache,
      GraphCache graphs,
      StagingLayout largest,
      Resources resources) {
    this.device = device;
    this.stream = stream;
    this.contexts = contexts;
    this.cache = cache;
    this.graphs = graphs;
    recording = graphs != null;
    inputs = device.malloc(largest.inputBytes());
    resources.add(() -> device.free(inputs));
    outputs = device.malloc(largest.outputBytes());
    resources.add(() -> device.free(outputs));
  }

  /**
   * Puts a run on the stream.
   *
   * @param staging its inputs are written; its outputs will be there when it says so
   */
  void enqueue(RunShape shape, StagingLayout layout, StagingSet staging) {
    device.copyToDevice(inputs, staging.inputs(), layout.inputBytes(), stream);
    compute(shape, layout);
    device.copyToHost(staging.outputs(), outputs, layout.outputBytes(), stream);
    staging.queued(stream);
  }

  private void compute(RunShape shape, StagingLayout layout) {
    if (recording && graphs.executable(shape) == 0 && graphs.seen(shape)) {
      record(shape, layout);
    }
    long executable = recording ? graphs.executable(shape) : 0;
    if (executable != 0) {
      device.graphLaunch(executable, stream);
      return;
    }
    bind(shape, layout);
    contexts[shape.profile()].enqueue(stream);
    if (recording) {
      graphs.markSeen(shape);
    }
  }

  /** Records a shape; where it cannot be recorded, nothing is from then on. */
  private void record(RunShape shape, StagingLayout layout) {
    bind(shape, layout);
    try {
      graphs.put(shape, instantiated(captured(contexts[shape.profile()])));
    } catch (DeviceException e) {
      if (e.sticky()) {
        throw e;
      }
      recording = false;
      LOG.warn(
          "{} could not be recorded, steps go on without CUDA graphs: {}", shape, e.getMessage());
    }
  }

  private long captured(PlanContext context) {
    device.beginCapture(stream);
    try {
      context.enqueue(stream);
    } catch (DeviceException e) {
      try {
        // The stream must leave the recording.
        device.graphDestroy(device.endCapture(stream));
      } catch (DeviceException second) {
        e.addSuppressed(second);
      }
      throw e;
    }
    return device.endCapture(stream);
  }

  private long instantiated(long graph) {
    try {
      return device.graphInstantiate(graph);
    } finally {
      device.graphDestroy(graph);
    }
  }

  private void bind(RunShape shape, StagingLayout layout) {
    PlanContext context = contexts[shape.profile()];
    layout
        .inputs()
        .forEach(
            (name, part) -> {
              context.setInputShape(name, part.shape());
              context.setTensorAddress(name, inputs + part.offset());
            });
    layout
        .outputs()
        .forEach((name, part) -> context.setTensorAddress(name, outputs + part.offset()));
    KvLayout kv = cache.layout();
    for (int tensor = 0; tensor < kv.tensors(); tensor++) {
      context.setInputShape(
          GraphNames.past(tensor), shape.batch(), kv.heads(), kv.capacity(), kv.headDim());
      long address = cache.address(tensor, shape.firstRow());
      context.setTensorAddress(GraphNames.past(tensor), address);
      context.setTensorAddress(GraphNames.present(tensor), address);
    }
  }
}
