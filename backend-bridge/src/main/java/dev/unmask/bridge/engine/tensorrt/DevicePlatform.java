package dev.unmask.bridge.engine.tensorrt;

import java.nio.file.Path;

/** Where devices and plans come from. Any thread. */
interface DevicePlatform {
  /**
   * Devices that there are.
   *
   * @throws DeviceException where there is no driver or library, saying what was tried
   */
  int deviceCount();

  /**
   * Opens a device for the calling thread and those that use what it returns.
   *
   * @param ordinal in [0, {@link #deviceCount})
   * @throws DeviceException where it cannot be opened
   */
  DeviceRuntime open(int ordinal);

  /** Version of the TensorRT library, such as {@code 11.2.0}. */
  String version();

  /**
   * Loads a plan onto the open device: {@code deserializeCudaEngine}.
   *
   * @param file the plan
   * @throws DeviceException where TensorRT refuses it
   */
  LoadedPlan load(Path file);
}
