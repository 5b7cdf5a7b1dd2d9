package dev.unmask.client;

/**
 * A model of the server's repository.
 *
 * @param name its name
 * @param version the version; empty where none was loaded yet
 * @param state such as {@code READY} or {@code UNAVAILABLE}; empty where none was loaded yet
 * @param reason why it is in that state; may be empty
 */
public record RepositoryModel(String name, String version, String state, String reason) {}
