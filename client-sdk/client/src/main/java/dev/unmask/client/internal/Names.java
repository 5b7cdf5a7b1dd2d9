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
    String lower = name.toLowerCase(Locale.ROOT);
    if (!lower.matches("[a-z0-9._-]+") || lower.endsWith("-bin")) {
      throw new IllegalArgumentException("header '" + name + "' has no name that can be sent");
    }
    return lower;
  }

  /**
   * A header's value.
   *
   * @throws IllegalArgumentException where it is missing or has other characters than printable
   *     ASCII; the value is not told, it may be a secret
   */
  public static String value(String name, String value) {
    if (value == null || !value.chars().allMatch(c -> c >= 0x20 && c < 0x7f)) {
      throw new IllegalArgumentException("header '" + name + "' has no value that can be sent");
    }
    return value;
  }
}
