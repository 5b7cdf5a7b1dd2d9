package dev.unmask.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unmask.client.ErrorCode;
import dev.unmask.client.RetryPolicy;
import dev.unmask.client.TlsOptions;
import dev.unmask.client.UnmaskClient;
import dev.unmask.client.UnmaskClientException;
import dev.unmask.server.ApiRestrictions;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The client over TLS, and with the header of a restricted API. */
class ITClientSecurity extends ServedTest {
  @TempDir static Path directory;

  private static Path authority;
  private static Path certificate;
  private static Path key;
  private static Path stranger;
  private static Path strangerKey;

  @BeforeAll
  static void startServer() throws Exception {
    X509Bundle root =
        new CertificateBuilder()
            .ecp256()
            .subject("CN=root")
            .setIsCertificateAuthority(true)
            .buildSelfSigned();
    X509Bundle own =
        new CertificateBuilder()
            .ecp256()
            .subject("CN=localhost")
            .addSanDnsName("localhost")
            .buildIssuedBy(root);
    X509Bundle other =
        new CertificateBuilder()
            .ecp256()
            .subject("CN=stranger")
            .setIsCertificateAuthority(true)
            .buildSelfSigned();
    authority = write("root.pem", root.getCertificatePEM());
    certificate = write("own.pem", own.getCertificatePathPEM());
    key = write("own.key", own.getPrivateKeyPEM());
    stranger = write("other.pem", other.getCertificatePathPEM());
    strangerKey = write("other.key", other.getPrivateKeyPEM());
    ApiRestrictions restrictions =
        ApiRestrictions.parse("--http-restricted-api", List.of("metadata:who=me"));
    server =
        EmbeddedServer.of(new WireRepository().add("tiny_ar", "tiny_ar"))
            .http(http -> http.tls(certificate, key).restricted(restrictions))
            .grpc(
                "--grpc-use-ssl",
                "--grpc-use-ssl-mutual",
                "--grpc-server-cert=" + certificate,
                "--grpc-server-key=" + key,
                "--grpc-root-cert=" + authority,
                "--grpc-restricted-protocol=metadata:who=me")
            .start();
    grpc = new GrpcClientFixture(server.grpcPort());
  }

  private static Path write(String name, String pem) throws Exception {
    return Files.writeString(directory.resolve(name), pem);
  }

  private static UnmaskClient.Builder client(boolean overGrpc, TlsOptions tls) {
    String uri =
        overGrpc
            ? "grpcs://localhost:" + server.grpcPort()
            : "https://localhost:" + server.httpPort();
    return UnmaskClient.builder().endpoints(uri).tls(tls).retry(RetryPolicy.NONE);
  }

  private static TlsOptions trusting() {
    return TlsOptions.DEFAULT.trust(authority);
  }

  @Test
  void trustedBothWays_isServed() {
    try (UnmaskClient client =
        client(true, trusting().clientCertificate(certificate, key)).build()) {
      assertTrue(client.server().isReady());
    }
    try (UnmaskClient client = client(false, trusting()).build()) {
      assertTrue(client.server().isReady());
    }
  }

  @Test
  void untrusted_isNotSpokenTo() {
    assertNotReached(client(true, TlsOptions.DEFAULT.clientCertificate(certificate, key)));
    assertNotReached(client(true, trusting()));
    assertNotReached(client(true, trusting().clientCertificate(stranger, strangerKey)));
    assertNotReached(client(false, TlsOptions.DEFAULT));
    assertNotReached(client(false, trusting().serverName("elsewhere")));
    assertNotReached(
        client(true, trusting().clientCertificate(certificate, key).serverName("elsewhere")));
  }

  private static void assertNotReached(UnmaskClient.Builder builder) {
    try (UnmaskClient client = builder.build()) {
      UnmaskClientException failed =
          assertThrows(UnmaskClientException.class, () -> client.server().isReady());
      assertEquals(ErrorCode.UNAVAILABLE, failed.code(), failed::toString);
    }
  }

  @Test
  void restrictedApi_needsTheHeader() {
    for (boolean overGrpc : new boolean[] {true, false}) {
      TlsOptions tls = trusting().clientCertificate(certificate, key);
      try (UnmaskClient client = client(overGrpc, tls).build()) {
        UnmaskClientException refused =
            assertThrows(UnmaskClientException.class, () -> client.server().metadata());
        assertTrue(refused.getMessage().contains("is restricted"), refused::toString);
      }
      try (UnmaskClient client = client(overGrpc, tls).restrictedApi("who", "me").build()) {
        assertEquals("unmask", client.server().metadata().name());
      }
    }
  }

  @Test
  void unreadableCertificate_isNamed() {
    Path missing = directory.resolve("missing.pem");
    IllegalArgumentException wrong =
        assertThrows(
            IllegalArgumentException.class,
            () -> client(true, TlsOptions.DEFAULT.trust(missing)).build());
    assertEquals("trustedCertificates=" + missing + " cannot be read", wrong.getMessage());
  }
}
