package dev.unmask.server.openai;

import dev.unmask.request.GenerationInput;

/**
 * What a client of one of the completion APIs asks for. Immutable.
 *
 * @param model the model's name
 * @param id the client's name for the request; null where the body has none
 * @param echo the prompt, where the answer is to begin with it; empty otherwise
 * @param includeUsage whether a stream ends with a chunk of token counts
 * @param input what is to be generated
 */
record ApiRequest(
    String model, String id, String echo, boolean includeUsage, GenerationInput input) {}
