/**
 * The backend of NVIDIA's Triton: what {@code libtriton_unmask.so} calls, and what it answers
 * through. The only package that knows Triton's C API. Models are loaded by {@link
 * dev.unmask.model.EngineModelLoader} and requests read and answered by {@link dev.unmask.request},
 * as in the embedded server; here is only the edge.
 *
 * <p>Triton's threads load and finalize models and bring requests (one thread per instance, which
 * waits in {@code execute} while the model's queue is full). Responses leave on the thread that
 * makes them, most often the model's decode thread.
 */
package dev.unmask.bridge.triton;
