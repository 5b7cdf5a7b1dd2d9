package dev.unmask.request;

import java.util.List;

/**
 * What became final since the delta before: text in order, never to be revised, cut at stop words
 * and at the end token, never within a character. Text may be empty while tokens are not: a
 * character may need several tokens.
 *
 * @param text the text that became certain
 * @param tokenIds tokens that joined the answer
 * @param logprobs one per token of {@code tokenIds}; empty where none were asked for
 */
public record GenerationDelta(String text, int[] tokenIds, List<TokenLogprob> logprobs) {}
