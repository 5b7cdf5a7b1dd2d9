package dev.unmask.capacity.targets;

/**
 * Why a request failed.
 *
 * @param kind a word, by which errors are counted, such as UNAVAILABLE
 * @param message one line
 */
public record TargetError(String kind, String message) {}
