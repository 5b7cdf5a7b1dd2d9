package dev.unmask.client;

/** Which names a model's inputs and outputs have. */
public enum ModelFormat {
  /** This project's: every parameter is an input of its own. */
  UNMASK,
  /** Triton's vLLM backend: parameters travel in the input {@code sampling_parameters}. */
  VLLM,
  /**
   * TensorRT-LLM's {@code ensemble} and {@code tensorrt_llm_bls}, whose tensors have a batch
   * dimension.
   */
  TENSORRT_LLM
}
