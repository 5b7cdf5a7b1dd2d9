package dev.unmask.bridge.engine.tensorrt;

import dev.unmask.bridge.engine.step.GraphNames;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts runs of the plan on the stream: inputs up, the graph, outputs down. A shape that comes a
 * second time is run by a context of its own and recorded from it at once, and launched as one from
 * then on; copies are not recorded, since they use either of two staging sets.
 */
final class PlanRunner {
  private static final Logger LOG = LoggerFactory.getLogger(PlanRunner.class);

  private final DeviceRuntime device;
  private final long stream;
  private final ContextFactory factory;
  private final PlanContext[] contexts;
  private final DeviceKvCache cache;
  private final GraphCache graphs;
  private final String[] past;
  private final String[] present;
  private final long inputs;
  private final long outputs;
  private boolean recording = true;

  /**
   * Allocates the device's side of the staging memory and makes a context for each profile.
   *
   * @param factory of contexts
   * @param profiles of the plan
   * @param graphs borrowed
   * @param largest layout that any run has
   * @param resources takes charge of what is allocated
   */
  PlanRunner(
      DeviceRuntime device,
      long stream,
      ContextFactory factory,
      int profiles,
      DeviceKvCache cache,
      GraphCache graphs,
      StagingLayout largest,
      Resources resources) {
    this.device = device;
    this.stream = stream;
    this.factory = factory;
    this.cache = cache;
    this.graphs = graphs;
    int tensors = cache.layout().tensors();
    past = new String[tensors];
    present = new String[tensors];
    for (int tensor = 0; tensor < tensors; tensor++) {
      past[tensor] = GraphNames.past(tensor);
      present[tensor] = GraphNames.present(tensor);
    }
    contexts = new PlanContext[profiles];
    for (int profile = 0; profile < profiles; profile++) {
      PlanContext context = factory.create(profile);
      resources.add(context::close);
      contexts[profile] = context;
    }
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
    GraphCache.Recorded known = recording ? graphs.get(shape) : null;
    if (known != null && known.ready()) {
      device.graphLaunch(known.executable(), stream);
    } else if (known == null || !computeRecording(shape, layout)) {
      run(contexts[shape.profile()], shape, layout);
      if (recording) {
        graphs.markSeen(shape);
      }
    }
  }

  private void run(PlanContext context, RunShape shape, StagingLayout layout) {
    bind(context, shape, layout);
    context.enqueue(stream);
  }

  /**
   * Runs a shape and records it for the next time: TensorRT wants a run of the very shape right
   * before. Where that cannot be done, nothing is recorded from then on.
   *
   * @return whether the run is done
   */
  private boolean computeRecording(RunShape shape, StagingLayout layout) {
    PlanContext context = null;
    boolean done = false;
    try {
      context = factory.create(shape.profile());
      run(context, shape, layout);
      device.streamSynchronize(stream);
      done = true;
      long executable = instantiated(captured(context));
      PlanContext kept = context;
      context = null;
      graphs.put(shape, executable, kept);
    } catch (DeviceException e) {
      if (e.sticky()) {
        throw e;
      }
      recording = false;
      LOG.warn(
          "{} could not be recorded, steps go on without CUDA graphs: {}", shape, e.getMessage());
    } finally {
      if (context != null) {
        context.close();
      }
    }
    return done;
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

  private void bind(PlanContext context, RunShape shape, StagingLayout layout) {
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
      context.setInputShape(past[tensor], shape.batch(), kv.heads(), kv.capacity(), kv.headDim());
      long address = cache.address(tensor, shape.firstRow());
      context.setTensorAddress(past[tensor], address);
      context.setTensorAddress(present[tensor], address);
    }
  }
}
