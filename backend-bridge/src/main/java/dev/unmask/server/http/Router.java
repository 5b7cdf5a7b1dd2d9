package dev.unmask.server.http;

import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import dev.unmask.server.ApiCategory;
import dev.unmask.server.ApiRestrictions;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds the endpoint of a request and checks what is common to all: restrictions, methods, and that
 * inference is refused while the server shuts down. Any thread.
 */
final class Router implements HttpDispatcher {
  private static final byte[] NO_BODY = {};

  private final List<Endpoint> endpoints;
  private final ApiRestrictions restricted;
  private volatile boolean draining;

  /**
   * @param endpoints in the order in which they are tried
   */
  Router(List<Endpoint> endpoints, ApiRestrictions restricted) {
    this.endpoints = List.copyOf(endpoints);
    this.restricted = restricted;
  }

  /**
   * Endpoints of routes; those of one path become one endpoint.
   *
   * @param workers run handlers of requests with large bodies
   */
  static List<Endpoint> endpoints(List<HttpRoute> routes, Workers workers) {
    record Key(String path, boolean prefix) {}
    Map<Key, List<HttpRoute>> byPath = new LinkedHashMap<>();
    for (HttpRoute route : routes) {
      byPath
          .computeIfAbsent(new Key(route.path(), route.prefix()), key -> new ArrayList<>())
          .add(route);
    }
    List<Endpoint> endpoints = new ArrayList<>();
    byPath.forEach(
        (key, same) -> {
          Map<String, PathHandler> methods = new LinkedHashMap<>();
          for (HttpRoute route : same) {
            methods.put(route.method(), (exchange, groups) -> handle(exchange, route, workers));
          }
          String quoted = Pattern.quote(key.path());
          Pattern path = Pattern.compile(key.prefix() ? quoted + "(?:/.*)?" : quoted);
          HttpRoute first = same.get(0);
          endpoints.add(new Endpoint(path, first.category(), first.errors(), methods));
        });
    return endpoints;
  }

  private static void handle(HttpExchange exchange, HttpRoute route, Workers workers) {
    workers.read(
        exchange,
        route.errors(),
        exchange.body().length > Workers.LARGE_BODY,
        () -> route.handler().handle(exchange));
  }

  /** Refuses inference from now on. */
  void drain() {
    draining = true;
  }

  @Override
  public void dispatch(HttpExchange exchange) {
    for (Endpoint endpoint : endpoints) {
      Matcher matcher = endpoint.path().matcher(exchange.path());
      if (matcher.matches()) {
        HttpErrors.guard(exchange, endpoint.errors(), () -> serve(exchange, endpoint, matcher));
        return;
      }
    }
    HttpErrors.respond(exchange, ErrorStyle.TRITON, HttpErrors.NOT_FOUND, "Not Found");
  }

  @Override
  public ErrorStyle errorsOf(String path) {
    for (Endpoint endpoint : endpoints) {
      if (endpoint.path().matcher(path).matches()) {
        return endpoint.errors();
      }
    }
    return ErrorStyle.TRITON;
  }

  private void serve(HttpExchange exchange, Endpoint endpoint, Matcher matcher) {
    String header = restricted.missingKey(endpoint.category(), exchange::header);
    if (header != null) {
      HttpErrors.respond(
          exchange,
          endpoint.errors(),
          HttpErrors.FORBIDDEN,
          "This API is restricted, expecting header '" + header + "'");
      return;
    }
    String method = exchange.method().equals("HEAD") ? "GET" : exchange.method();
    PathHandler handler = endpoint.methods().get(method);
    if (handler == null) {
      refuseMethod(exchange, endpoint);
      return;
    }
    if (draining && endpoint.category() == ApiCategory.INFERENCE) {
      throw new UnmaskException(
          ErrorCode.UNAVAILABLE,
          "HTTP server is shutting down and has stopped accepting new requests");
    }
    handler.handle(exchange, groups(matcher));
  }

  private static void refuseMethod(HttpExchange exchange, Endpoint endpoint) {
    TreeSet<String> allowed = new TreeSet<>(endpoint.methods().keySet());
    if (allowed.contains("GET")) {
      allowed.add("HEAD");
    }
    allowed.add("OPTIONS");
    Map<String, String> headers = Map.of("allow", String.join(", ", allowed));
    if (exchange.method().equals("OPTIONS")) {
      exchange.respond(204, null, headers, NO_BODY);
    } else {
      HttpErrors.respond(
          exchange,
          endpoint.errors(),
          HttpErrors.METHOD_NOT_ALLOWED,
          "Method Not Allowed",
          headers);
    }
  }

  private static List<String> groups(Matcher matcher) {
    List<String> groups = new ArrayList<>(matcher.groupCount());
    for (int i = 1; i <= matcher.groupCount(); i++) {
      String group = matcher.group(i);
      try {
        // A plus sign is itself in a path; only in queries does it stand for a space.
        groups.add(
            group == null ? "" : QueryStringDecoder.decodeComponent(group.replace("+", "%2B")));
      } catch (IllegalArgumentException e) {
        throw UnmaskException.invalid("path has a malformed escape sequence in '" + group + "'");
      }
    }
    return groups;
  }
}
