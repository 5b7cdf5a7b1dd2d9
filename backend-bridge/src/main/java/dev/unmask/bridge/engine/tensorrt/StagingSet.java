package dev.unmask.bridge.engine.tensorrt;

import dev.unmask.bridge.engine.step.GraphNames;
import dev.unmask.bridge.engine.step.InputBuffers;
import dev.unmask.bridge.engine.step.OutputBuffers;
import java.nio.ByteBuffer;

/**
 * Page-locked host memory for the inputs and outputs of one run that is under way. A session has
 * two, so that the inputs of a run are written while the one before it is computed.
 */
final class StagingSet {
  private final DeviceRuntime device;
  private final long inputs;
  private final long outputs;
  private final long done;

  /**
   * @param resources takes charge of the memory
   */
  StagingSet(DeviceRuntime device, long inputBytes, long outputBytes, Resources resources) {
    this.device = device;
    inputs = device.hostAlloc(inputBytes);
    resources.add(() -> device.hostFree(inputs));
    outputs = device.hostAlloc(outputBytes);
    resources.add(() -> device.hostFree(outputs));
    done = device.eventCreate();
    resources.add(() -> device.eventDestroy(done));
  }

  /** Address of the inputs. */
  long inputs() {
    return inputs;
  }

  /** Address of the outputs. */
  long outputs() {
    return outputs;
  }

  /** Notes that all of the run is on the stream. */
  void queued(long stream) {
    device.eventRecord(done, stream);
  }

  /** Waits until the outputs are there. */
  void await() {
    device.eventSynchronize(done);
  }

  /** The inputs of a run, to be written. */
  InputBuffers inputBuffers(StagingLayout layout) {
    return new InputBuffers(
        input(layout, GraphNames.INPUT_IDS),
        input(layout, GraphNames.POSITION_IDS),
        input(layout, GraphNames.ATTENTION_MASK),
        input(layout, GraphNames.WRITE_INDICES),
        input(layout, GraphNames.OUTPUT_ROWS),
        input(layout, GraphNames.UNCONDITIONAL_ROWS),
        input(layout, GraphNames.GUIDANCE));
  }

  /** The outputs of a run, once they are there. */
  OutputBuffers outputBuffers(StagingLayout layout) {
    return new OutputBuffers(
        output(layout, GraphNames.CANDIDATE_IDS),
        output(layout, GraphNames.CANDIDATE_LOGITS),
        output(layout, GraphNames.TOP_PROBABILITY),
        output(layout, GraphNames.EXPECTED_GAP),
        output(layout, GraphNames.SPECIAL_LOGITS));
  }

  private ByteBuffer input(StagingLayout layout, String name) {
    return view(inputs, layout.inputs().get(name));
  }

  private ByteBuffer output(StagingLayout layout, String name) {
    return view(outputs, layout.outputs().get(name));
  }

  private ByteBuffer view(long base, StagingLayout.Part part) {
    return part == null ? null : device.view(base + part.offset(), part.bytes());
  }
}
