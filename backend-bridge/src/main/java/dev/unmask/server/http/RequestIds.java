package dev.unmask.server.http;

import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;

/** Identifiers of requests, for logs and for the client. Any thread. */
final class RequestIds {
  /** The header that carries them both ways. */
  static final String HEADER = "x-request-id";

  private static final int MAX_LENGTH = 128;
  private static final String PREFIX =
      Integer.toHexString(ThreadLocalRandom.current().nextInt(1 << 24)) + "-";
  private static final AtomicLong NEXT = new AtomicLong(1);

  private RequestIds() {}

  /**
   * The client's identifier where it is short and printable, or a new one.
   *
   * @param given null for none
   */
  static String of(String given) {
    if (given == null || given.isEmpty() || given.length() > MAX_LENGTH) {
      return PREFIX + NEXT.getAndIncrement();
    }
    for (int i = 0; i < given.length(); i++) {
      if (given.charAt(i) <= ' ' || given.charAt(i) > '~') {
        return PREFIX + NEXT.getAndIncrement();
      }
    }
    return given;
  }
}
