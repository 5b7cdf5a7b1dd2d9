package dev.unmask.server.http;

import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** Shared memory, which this server does not offer: there are no regions, and none can be added. */
final class SharedMemoryEndpoints {
  private static final byte[] NO_REGIONS = "[]".getBytes(StandardCharsets.UTF_8);

  private final String kind;

  /**
   * @param kind {@code system} or {@code CUDA}, for messages
   */
  SharedMemoryEndpoints(String kind) {
    this.kind = kind;
  }

  /** Group 1: region, empty for all. */
  void status(HttpExchange exchange, List<String> groups) {
    if (!groups.get(0).isEmpty()) {
      throw new UnmaskException(
          ErrorCode.NOT_FOUND,
          "Unable to find " + kind + " shared memory region: '" + groups.get(0) + "'");
    }
    exchange.respond(200, HttpErrors.JSON, Map.of(), NO_REGIONS);
  }

  void change(HttpExchange exchange, List<String> groups) {
    throw new UnmaskException(
        ErrorCode.UNSUPPORTED, kind + " shared memory is not offered by this server");
  }
}
