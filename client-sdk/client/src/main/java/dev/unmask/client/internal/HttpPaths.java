package dev.unmask.client.internal;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/** Paths of the protocol. */
final class HttpPaths {
  private HttpPaths() {}

  /** A model's; of a version of it where one is given. */
  static String model(String name, String version) {
    return "/v2/models/" + escape(name) + (version.isEmpty() ? "" : "/versions/" + escape(version));
  }

  static String escape(String segment) {
    String escaped = URLEncoder.encode(segment, StandardCharsets.UTF_8).replace("+", "%20");
    // These would mean another path.
    return escaped.equals(".") || escaped.equals("..") ? escaped.replace(".", "%2E") : escaped;
  }
}
