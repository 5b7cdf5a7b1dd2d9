/**
 * The TensorRT engine. {@code DeviceRuntime} and {@code LoadedPlan} are the only doors to CUDA and
 * TensorRT; all else is ordinary Java that runs, and is tested, without a GPU.
 */
package dev.unmask.bridge.engine.tensorrt;
