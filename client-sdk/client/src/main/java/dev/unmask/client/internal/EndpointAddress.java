package dev.unmask.client.internal;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a server listens.
 *
 * @param grpc whether it speaks gRPC, or else HTTP
 * @param secure whether it speaks TLS
 * @param host its name or address
 * @param port its port
 */
public record EndpointAddress(boolean grpc, boolean secure, String host, int port) {
  private static final int GRPC_PORT = 8001;
  private static final int HTTP_PORT = 8000;
  private static final int HTTPS_PORT = 443;
  private static final int MAX_PORT = 65535;

  /** Host names are taken as they are; those of containers are not what RFC 3986 allows. */
  private static final Pattern ADDRESS =
      Pattern.compile(
          "([A-Za-z]+)://(\\[[0-9A-Fa-f:.]+\\]|[^\\[\\]:/?#@\\s]+)(?::([0-9]{1,5}))?/?");

  /**
   * Parses an address.
   *
   * @param uri {@code grpc://host:port}, {@code grpcs://...}, {@code http://...} or {@code
   *     https://...}; without a port it is 8001 or 8000, and 443 for https
   * @throws IllegalArgumentException for anything else
   */
  public static EndpointAddress parse(String uri) {
    Matcher parts = ADDRESS.matcher(uri);
    if (!parts.matches()) {
      throw invalid(uri, "it is not SCHEME://HOST[:PORT]");
    }
    String scheme = parts.group(1).toLowerCase(Locale.ROOT);
    boolean grpc = scheme.equals("grpc") || scheme.equals("grpcs");
    boolean secure = scheme.equals("grpcs") || scheme.equals("https");
    if (!grpc && !scheme.equals("http") && !secure) {
      throw invalid(uri, "scheme is none of grpc, grpcs, http, https");
    }
    int port = grpc ? GRPC_PORT : secure ? HTTPS_PORT : HTTP_PORT;
    if (parts.group(3) != null) {
      port = Integer.parseInt(parts.group(3));
      if (port < 1 || port > MAX_PORT) {
        throw invalid(uri, "port is not in [1, " + MAX_PORT + "]");
      }
    }
    String host = parts.group(2);
    return new EndpointAddress(
        grpc, secure, host.startsWith("[") ? host.substring(1, host.length() - 1) : host, port);
  }

  private static IllegalArgumentException invalid(String uri, String why) {
    return new IllegalArgumentException("endpoint=" + uri + " is no address: " + why);
  }

  /** Host and port. */
  public String authority() {
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }

  @Override
  public String toString() {
    return (grpc ? "grpc" : "http") + (secure ? "s" : "") + "://" + authority();
  }
}
