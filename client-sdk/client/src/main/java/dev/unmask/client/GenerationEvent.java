package dev.unmask.client;

import java.util.Arrays;
import java.util.List;

/** What a stream of a generation brings: deltas, snapshots where they are asked for, the end. */
public sealed interface GenerationEvent {

  /**
   * The next part of the answer. Parts are never revised: joined they are the answer.
   *
   * @param text the text that was added; may be empty where only tokens came
   * @param tokenIds the tokens that were added; empty where {@link
   *     GenerateRequest.Builder#tokenIds} did not ask for them
   * @param logprobs one for each token; empty where {@link GenerateRequest.Builder#logprobs} did
   *     not ask for them
   */
  record Delta(String text, int[] tokenIds, List<TokenLogprob> logprobs)
      implements GenerationEvent {
    /**
     * Copies what is modifiable.
     *
     * @param text the text that was added; may be empty where only tokens came
     * @param tokenIds the tokens that were added; empty where {@link
     *     GenerateRequest.Builder#tokenIds} did not ask for them
     * @param logprobs one for each token; empty where {@link GenerateRequest.Builder#logprobs} did
     *     not ask for them
     */
    public Delta {
      tokenIds = tokenIds.clone();
      logprobs = List.copyOf(logprobs);
    }

    /**
     * The tokens that were added.
     *
     * @return a copy
     */
    @Override
    public int[] tokenIds() {
      return tokenIds.clone();
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Delta that
          && text.equals(that.text)
          && Arrays.equals(tokenIds, that.tokenIds)
          && logprobs.equals(that.logprobs);
    }

    @Override
    public int hashCode() {
      return text.hashCode() * 31 + Arrays.hashCode(tokenIds);
    }

    @Override
    public String toString() {
      return "Delta[text=" + text + ", tokenIds=" + Arrays.toString(tokenIds) + "]";
    }
  }

  /**
   * The response after one forward pass, blocks that are still being denoised included, where
   * {@link GenerateRequest.Builder#blockSnapshots} asked for it. Provisional: tokens may lie behind
   * an end token or a stop word and never reach the answer.
   *
   * @param revision the forward pass that it shows, from 1
   * @param length response positions opened so far
   * @param tokens what was committed in this pass, by ascending position
   * @param committedTo positions before it are all committed
   * @param elapsedMicros time from the request's first step, in microseconds
   */
  record Snapshot(
      int revision, int length, List<PlacedToken> tokens, int committedTo, long elapsedMicros)
      implements GenerationEvent {
    /**
     * Makes the list unmodifiable.
     *
     * @param revision the forward pass that it shows, from 1
     * @param length response positions opened so far
     * @param tokens what was committed in this pass, by ascending position
     * @param committedTo positions before it are all committed
     * @param elapsedMicros time from the request's first step, in microseconds
     */
    public Snapshot {
      tokens = List.copyOf(tokens);
    }
  }

  /**
   * A token and its place.
   *
   * @param position from the first token of the response
   * @param tokenId the token
   * @param text its text alone
   */
  record PlacedToken(int position, int tokenId, String text) {}

  /**
   * The end: always the last event of a generation that did not fail.
   *
   * @param result what {@link UnmaskClient#generate} would have given
   */
  record Finished(GenerateResult result) implements GenerationEvent {}
}
