package dev.unmask.client;

import java.util.List;

/**
 * What a server is.
 *
 * @param name its name
 * @param version its version
 * @param extensions protocol extensions that it has
 */
public record ServerMetadata(String name, String version, List<String> extensions) {
  /**
   * Makes the list unmodifiable.
   *
   * @param name its name
   * @param version its version
   * @param extensions protocol extensions that it has
   */
  public ServerMetadata {
    extensions = List.copyOf(extensions);
  }
}
