package dev.unmask.server;

import dev.unmask.scheduler.UnmaskException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Which categories of a protocol ask for a key, and for what value of it. Immutable. */
public final class ApiRestrictions {
  /** Restricts nothing. */
  public static final ApiRestrictions NONE = new ApiRestrictions(Map.of());

  private static final Pattern GROUP = Pattern.compile("([^:=]+):([0-9A-Za-z_.-]+)=(.+)");

  private record Secret(String key, byte[] value) {}

  private final Map<ApiCategory, Secret> secrets;

  private ApiRestrictions(Map<ApiCategory, Secret> secrets) {
    this.secrets = secrets;
  }

  /**
   * Parses the groups of a command line. No message has what follows a colon, which is secret.
   *
   * @param flag that the groups were given with, for messages
   * @param groups each {@code category,category:key=value}
   * @throws UnmaskException INVALID_ARGUMENT for a group that does not parse, an unknown category,
   *     or one that is in several groups
   */
  public static ApiRestrictions parse(String flag, List<String> groups) {
    Map<ApiCategory, Secret> secrets = new EnumMap<>(ApiCategory.class);
    for (String group : groups) {
      Matcher parts = GROUP.matcher(group);
      if (!parts.matches()) {
        throw UnmaskException.invalid(
            flag
                + "="
                + group.replaceFirst("(?s):.*", ":...")
                + " is not of the form protocol,protocol:key=value");
      }
      Secret secret = new Secret(parts.group(2), parts.group(3).getBytes(StandardCharsets.UTF_8));
      for (String id : parts.group(1).split(",", -1)) {
        if (secrets.put(ApiCategory.of(id), secret) != null) {
          throw UnmaskException.invalid(
              "protocol '" + id + "' can not be specified in multiple config groups");
        }
      }
    }
    return new ApiRestrictions(secrets);
  }

  /**
   * The key whose right value a request lacks; null where it may pass.
   *
   * @param category null for what cannot be restricted
   * @param given the value that the request has under a key, null for none
   */
  public String missingKey(ApiCategory category, UnaryOperator<String> given) {
    Secret secret = category == null ? null : secrets.get(category);
    if (secret == null) {
      return null;
    }
    String value = given.apply(secret.key);
    // Compared in constant time, so that the value cannot be guessed byte by byte.
    return value != null
            && MessageDigest.isEqual(value.getBytes(StandardCharsets.UTF_8), secret.value)
        ? null
        : secret.key;
  }
}
