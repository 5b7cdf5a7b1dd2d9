package dev.unmask.request;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * The response after one forward pass, blocks that are still being denoised included. Provisional:
 * tokens may lie behind an end token or a stop word and never reach the text. Positions count from
 * the first response token.
 *
 * @param revision the forward pass that it shows, from 1
 * @param length response positions opened so far
 * @param positions positions committed in this pass, ascending
 * @param tokenIds their tokens
 * @param texts the text of each alone
 * @param committedTo positions before it are all committed
 * @param elapsedMicros time from the request's first step to this commit, in microseconds
 */
public record BlockSnapshot(
    int revision,
    int length,
    int[] positions,
    int[] tokenIds,
    String[] texts,
    int committedTo,
    @JsonProperty("elapsed_us") long elapsedMicros) {}
