/**
 * Turns a Hugging Face checkpoint into a Triton model directory: reads {@code config.json} and the
 * safetensors files, merges a LoRA adapter, writes the ONNX graph with its weights, the manifest
 * and {@code config.pbtxt}. Weights are streamed in chunks, so the heap needed does not grow with
 * the checkpoint. Called by the command line and by tests; one thread per import, nothing shared.
 */
package dev.unmask.importer;
