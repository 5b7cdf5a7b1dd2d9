package dev.unmask.client;

import java.util.List;

/**
 * How probable a token was when it was chosen.
 *
 * @param tokenId the token
 * @param text its text alone
 * @param logprob natural logarithm of its probability
 * @param rank among all tokens, from 1; 0 where unknown
 * @param alternatives other tokens, most probable first, without alternatives of their own
 */
public record TokenLogprob(
    int tokenId, String text, double logprob, int rank, List<TokenLogprob> alternatives) {
  /**
   * Makes the list unmodifiable.
   *
   * @param tokenId the token
   * @param text its text alone
   * @param logprob natural logarithm of its probability
   * @param rank among all tokens, from 1; 0 where unknown
   * @param alternatives other tokens, most probable first, without alternatives of their own
   */
  public TokenLogprob {
    alternatives = List.copyOf(alternatives);
  }
}
