package dev.unmask.scheduler;

import dev.unmask.scheduler.parameters.Algorithm;
import java.util.Map;
import java.util.Set;

/**
 * What the scheduler must know of a model.
 *
 * @param attention how positions see each other
 * @param shiftLogits whether the logits of position i predict position i + 1
 * @param vocabSize number of tokens
 * @param maskTokenId token fed at masked positions; -1 for a causal model
 * @param eosTokenIds tokens that end a response, the end-of-text token first
 * @param maxContext longest sequence in tokens, prompt and response together
 * @param algorithms what a request may choose
 * @param defaultAlgorithm used when a request chooses none
 * @param defaultParameters values for the default algorithm's parameters, by name
 */
public record ModelTraits(
    AttentionKind attention,
    boolean shiftLogits,
    int vocabSize,
    int maskTokenId,
    int[] eosTokenIds,
    int maxContext,
    Set<Algorithm> algorithms,
    Algorithm defaultAlgorithm,
    Map<String, Object> defaultParameters) {}
