package dev.unmask.request;

import java.util.List;

/**
 * How probable a committed token was in the pass that committed it.
 *
 * @param tokenId the token
 * @param text its text alone; U+FFFD where it is no whole character
 * @param bytes its bytes
 * @param logprob natural logarithm of its probability under the model's softmax
 * @param rank among all tokens, from 1; 0 where unknown
 * @param alternatives the most probable tokens in descending order, without alternatives of their
 *     own
 */
public record TokenLogprob(
    int tokenId,
    String text,
    byte[] bytes,
    double logprob,
    int rank,
    List<TokenLogprob> alternatives) {}
