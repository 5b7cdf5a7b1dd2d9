package dev.unmask.server.grpc;

import dev.unmask.scheduler.UnmaskException;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Refuses calls of restricted categories that do not carry the metadata entry asked for. Immutable;
 * any thread.
 */
final class RestrictedProtocols implements ServerInterceptor {
  private static final String FLAG = "--grpc-restricted-protocol";
  private static final String PREFIX = "triton-grpc-protocol-";
  private static final Pattern GROUP = Pattern.compile("([^:=]+):([0-9A-Za-z_.-]+)=(.+)");

  private final Map<ProtocolCategory, Restriction> restrictions;

  private RestrictedProtocols(Map<ProtocolCategory, Restriction> restrictions) {
    this.restrictions = restrictions;
  }

  /**
   * Parses the groups of the command line.
   *
   * @param groups each {@code category,category:key=value}
   * @throws UnmaskException INVALID_ARGUMENT for a group that does not parse, an unknown category,
   *     or one that is in several groups
   */
  static RestrictedProtocols parse(List<String> groups) {
    Map<ProtocolCategory, Restriction> restrictions = new EnumMap<>(ProtocolCategory.class);
    for (String group : groups) {
      Matcher parts = GROUP.matcher(group);
      if (!parts.matches()) {
        throw UnmaskException.invalid(
            FLAG + "=" + group + " is not of the form protocol,protocol:key=value");
      }
      Restriction restriction = Restriction.of(parts.group(2), parts.group(3));
      for (String name : parts.group(1).split(",", -1)) {
        if (restrictions.put(ProtocolCategory.of(name), restriction) != null) {
          throw UnmaskException.invalid(
              "protocol '" + name + "' can not be specified in multiple config groups");
        }
      }
    }
    return new RestrictedProtocols(restrictions);
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata metadata, ServerCallHandler<Q, R> next) {
    Restriction restriction = restrictions.get(ProtocolCategory.of(call.getMethodDescriptor()));
    if (restriction == null || restriction.isMetBy(metadata)) {
      return next.startCall(call, metadata);
    }
    call.close(
        Status.UNAVAILABLE.withDescription(
            "This protocol is restricted, expecting header '" + restriction.header() + "'"),
        new Metadata());
    return new ServerCall.Listener<>() {};
  }

  /**
   * A metadata entry that must be there.
   *
   * @param header its name
   * @param value its value, UTF-8
   */
  private record Restriction(String header, Metadata.Key<String> key, byte[] value) {
    static Restriction of(String key, String value) {
      String header = PREFIX + key;
      return new Restriction(
          header,
          Metadata.Key.of(header, Metadata.ASCII_STRING_MARSHALLER),
          value.getBytes(StandardCharsets.UTF_8));
    }

    boolean isMetBy(Metadata metadata) {
      String given = metadata.get(key);
      return given != null && MessageDigest.isEqual(given.getBytes(StandardCharsets.UTF_8), value);
    }
  }
}
