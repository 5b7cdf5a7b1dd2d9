package dev.unmask.bridge.engine.tensorrt;

import java.nio.file.Path;

/** Where devices and plans come from. Any thread. */
interface DevicePlatform {
  /**
   * Opens a device for the calling thread and those that use what it returns.
   *
   * @param ordinal counted from 0
   * @throws dev.unmask.scheduler.UnmaskException UNAVAILABLE without a driver, a library or a
   *     device, INVALID_ARGUMENT for an ordinal that no device has
   * @throws DeviceException where it cannot be opened
   */
  DeviceRuntime open(int ordinal);

  /** Version of the TensorRT library, such as {@code 11.2.0}; once a device is open. */
  String version();

  /**
   * Loads a plan onto the open device: {@code deserializeCudaEngine}.
   *
   * @param file the plan
   * @throws DeviceException where TensorRT refuses it
   */
  LoadedPlan load(Path file);
}
