package dev.unmask.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** What a service that takes the client does not get with it, and how it is configured. */
class ClassPathTest {
  @Test
  void noServerCode() {
    String path = System.getProperty("java.class.path").toLowerCase(Locale.ROOT);
    assertTrue(path.contains("grpc"));
    for (String name :
        List.of(
            "guice", "javacpp", "unmask-scheduler", "unmask-backend", "onnxruntime", "jinjava")) {
      assertFalse(path.contains(name), name);
    }
  }

  @Test
  void endpoints_thatAreNone_named() {
    assertRefused(
        "endpoint=ftp://h is no address: scheme is none of grpc, grpcs, http, https", "ftp://h");
    assertRefused(
        "endpoint=localhost:8001 is no address: it is not SCHEME://HOST[:PORT]", "localhost:8001");
    assertRefused("endpoint=http:///x is no address: it is not SCHEME://HOST[:PORT]", "http:///x");
    assertRefused(
        "endpoint=http://h/v2 is no address: it is not SCHEME://HOST[:PORT]", "http://h/v2");
    assertRefused(
        "endpoints grpc://a:8001 and http://b differ in protocol", "grpc://a", "http://b");
    assertRefused(
        "endpoint=http://h:70000 is no address: port is not in [1, 65535]", "http://h:70000");
    UnmaskClient.builder().endpoints("grpc://triton_server:8001", "GRPC://[::1]:8001");
    IllegalArgumentException none =
        assertThrows(IllegalArgumentException.class, () -> UnmaskClient.builder().build());
    assertEquals("endpoints: there is none", none.getMessage());
  }

  private static void assertRefused(String message, String... uris) {
    IllegalArgumentException wrong =
        assertThrows(IllegalArgumentException.class, () -> UnmaskClient.builder().endpoints(uris));
    assertEquals(message, wrong.getMessage());
  }
}
