package dev.unmask.client.internal;

import java.net.URI;
import java.net.URISyntaxException;

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

  /**
   * Parses an address.
   *
   * @param uri {@code grpc://host:port}, {@code grpcs://...}, {@code http://...} or {@code
   *     https://...}; without a port it is 8001 or 8000, and 443 for https
   * @throws IllegalArgumentException for anything else
   */
  public static EndpointAddress parse(String uri) {
    URI parsed;
    try {
      parsed = new URI(uri);
    } catch (URISyntaxException e) {
      throw invalid(uri, e.getReason());
    }
    String scheme = String.valueOf(parsed.getScheme());
    boolean grpc = scheme.equals("grpc") || scheme.equals("grpcs");
    boolean secure = scheme.equals("grpcs") || scheme.equals("https");
    if (!grpc && !scheme.equals("http") && !secure) {
      throw invalid(uri, "scheme is none of grpc, grpcs, http, https");
    }
    if (parsed.getHost() == null) {
      throw invalid(uri, "there is no host");
    }
    String path = parsed.getRawPath() == null ? "" : parsed.getRawPath();
    if ((!path.isEmpty() && !path.equals("/"))
        || parsed.getRawQuery() != null
        || parsed.getRawUserInfo() != null) {
      throw invalid(uri, "there is more than scheme, host and port");
    }
    int port = parsed.getPort();
    if (port < 0) {
      port = grpc ? GRPC_PORT : secure ? HTTPS_PORT : HTTP_PORT;
    }
    String host = parsed.getHost();
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
