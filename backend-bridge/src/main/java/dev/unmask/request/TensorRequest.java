package dev.unmask.request;

import java.util.EnumSet;

/**
 * A request whose tensors and parameters were read.
 *
 * @param input what is to be generated
 * @param outputs outputs that are wanted; not to be modified
 * @param echo text to put before the answer: the prompt, or empty
 */
record TensorRequest(GenerationInput input, EnumSet<Output> outputs, String echo) {}
