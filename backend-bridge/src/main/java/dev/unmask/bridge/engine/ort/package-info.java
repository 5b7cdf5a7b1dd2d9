/**
 * The ONNX Runtime engine: runs step plans over {@code model.onnx} on the CPU. {@link
 * dev.unmask.bridge.engine.ort.OrtEngineProvider} is the way in. All state of a session belongs to
 * the one thread that calls it; ONNX Runtime's own worker threads live below.
 */
package dev.unmask.bridge.engine.ort;
