package dev.unmask.server.http;

import dev.unmask.scheduler.UnmaskException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Which categories of endpoints ask for a header, and for what value. Immutable. */
public final class RestrictedApis {
  /** Restricts nothing. */
  public static final RestrictedApis NONE = new RestrictedApis(Map.of());

  private record Secret(String header, byte[] value) {}

  private final Map<ApiCategory, Secret> secrets;

  private RestrictedApis(Map<ApiCategory, Secret> secrets) {
    this.secrets = secrets;
  }

  /**
   * Reads the values of {@code --http-restricted-api}.
   *
   * @param groups each {@code <category>[,<category>...]:<header>=<value>}
   * @throws UnmaskException INVALID_ARGUMENT for a group of another form, an unknown category, or a
   *     category that is in two groups
   */
  public static RestrictedApis parse(List<String> groups) {
    Map<ApiCategory, Secret> secrets = new EnumMap<>(ApiCategory.class);
    for (String group : groups) {
      int colon = group.indexOf(':');
      int equals = group.indexOf('=', colon + 1);
      if (colon <= 0 || equals <= colon + 1 || equals == group.length() - 1) {
        throw UnmaskException.invalid(
            "--http-restricted-api: expected <category>[,<category>...]:<header>=<value>, got '"
                + group.substring(0, Math.max(colon, 0))
                + "'");
      }
      Secret secret =
          new Secret(
              group.substring(colon + 1, equals),
              group.substring(equals + 1).getBytes(StandardCharsets.UTF_8));
      for (String id : group.substring(0, colon).split(",", -1)) {
        ApiCategory category = ApiCategory.of(id);
        if (category == null) {
          throw UnmaskException.invalid("--http-restricted-api: unknown category '" + id + "'");
        }
        if (secrets.put(category, secret) != null) {
          throw UnmaskException.invalid(
              "--http-restricted-api: category '" + id + "' is in more than one group");
        }
      }
    }
    return new RestrictedApis(secrets);
  }

  /**
   * The header whose right value a request lacks; null where it may pass.
   *
   * @param category null for endpoints that cannot be restricted
   */
  String missingHeader(ApiCategory category, HttpExchange exchange) {
    Secret secret = category == null ? null : secrets.get(category);
    if (secret == null) {
      return null;
    }
    String given = exchange.header(secret.header);
    // Compared in constant time, so that the value cannot be guessed byte by byte.
    return given != null
            && MessageDigest.isEqual(given.getBytes(StandardCharsets.UTF_8), secret.value)
        ? null
        : secret.header;
  }
}
