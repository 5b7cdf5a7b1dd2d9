package dev.unmask.request;

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
 */
public record BlockSnapshot(
    int revision, int length, int[] positions, int[] tokenIds, String[] texts, int committedTo) {}
