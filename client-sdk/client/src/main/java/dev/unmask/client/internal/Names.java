package dev.unmask.client.internal;

import java.util.Locale;

/** Names of headers. */
public final class Names {
  private Names() {}

  /**
   * A header's name in lower case.
   *
   * @throws IllegalArgumentException where it has other characters than letters, digits, dots,
   *     hyphens and underscores
   */
  public static String header(String name) {
    if (!name.matches("[A-Za-z0-9._-]+") || name.endsWith("-bin")) {
      throw new IllegalArgumentException("header '" + name + "' has no name that can be sent");
    }
    return name.toLowerCase(Locale.ROOT);
  }
}
