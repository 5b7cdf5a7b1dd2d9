package dev.unmask.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unmask.protocol.ServerLiveRequest;
import dev.unmask.protocol.ServerMetadataRequest;
import dev.unmask.server.ApiRestrictions;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import io.grpc.stub.MetadataUtils;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What keeps strangers from taking more than their share, or anything at all. */
class ITLimits extends ServedTest {
  private static final String GENERATE = "/v2/models/tiny_ar/generate";

  @AfterEach
  void stop() {
    stopServer();
  }

  private static EmbeddedServer.Builder small() {
    return EmbeddedServer.of(
        new WireRepository()
            .add("tiny_ar", "tiny_ar")
            .add("unary", "tiny_ar", WireRepository.NOT_DECOUPLED));
  }

  @Test
  void httpBody_overTheLimit_is400() throws IOException {
    start(small().http(http -> http.maxInputBytes(4096)));
    String error = http.post(GENERATE, " ".repeat(5000)).expect(400).error();
    assertTrue(error.contains("4096") && error.contains("--http-max-input-size"), error);
    // Announced and not sent; then in chunks that were not announced.
    try (RawConnection connection = raw()) {
      connection.send(
          "POST " + GENERATE + " HTTP/1.1\r\nHost: t\r\nContent-Length: 99999999\r\n\r\n");
      assertEquals(400, connection.read().status());
    }
    try (RawConnection connection = raw()) {
      connection.send(
          "POST "
              + GENERATE
              + " HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n1400\r\n"
              + " ".repeat(0x1400)
              + "\r\n");
      assertEquals(400, connection.read().status());
    }
    // Small as sent, too large once decompressed.
    ByteArrayOutputStream bomb = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bomb)) {
      gzip.write(" ".repeat(100_000).getBytes(StandardCharsets.UTF_8));
    }
    http.send("POST", "/v2/models/unary/infer", bomb.toByteArray(), "Content-Encoding", "gzip")
        .expect(400);
    http.generate("tiny_ar", body("max_tokens", 2)).expect(200);
  }

  @Test
  void httpHeaders_overTheLimit_are431And414() throws IOException {
    start(small().http(http -> http.maxHeaderBytes(1024)));
    try (RawConnection connection = raw()) {
      connection.send("GET /v2 HTTP/1.1\r\nHost: t\r\nX-Long: " + "a".repeat(2000) + "\r\n\r\n");
      assertEquals(431, connection.read().status());
      assertTrue(connection.atEnd());
    }
    try (RawConnection connection = raw()) {
      connection.send("GET /v2/" + "a".repeat(2000) + " HTTP/1.1\r\nHost: t\r\n\r\n");
      assertEquals(414, connection.read().status());
    }
  }

  @Test
  void httpRequest_thatDoesNotArrive_is408AndIdleOnesAreClosed() throws IOException {
    start(
        small()
            .http(
                http ->
                    http.readTimeout(Duration.ofMillis(200)).idleTimeout(Duration.ofMillis(200))));
    try (RawConnection connection = raw()) {
      connection.send("POST " + GENERATE + " HTTP/1.1\r\nHost: t\r\nContent-Length: 50\r\n\r\n{");
      assertEquals(408, connection.read().status());
      assertTrue(connection.atEnd());
    }
    try (RawConnection connection = raw()) {
      assertTrue(connection.atEnd());
    }
  }

  @Test
  void httpConnections_overTheLimit_are503() throws IOException {
    start(small().http(http -> http.maxConnections(1)));
    try (RawConnection first = raw()) {
      first.send("GET /v2/health/live HTTP/1.1\r\nHost: t\r\n\r\n");
      assertEquals(200, first.read().status());
      try (RawConnection second = raw()) {
        assertEquals(503, second.read().status());
        assertTrue(second.atEnd());
      }
    }
  }

  @Test
  void httpRestricted_needsTheHeader() {
    start(
        small()
            .http(
                http ->
                    http.restricted(
                        ApiRestrictions.parse(
                            "--http-restricted-api",
                            List.of("inference,metadata:who=me", "health:h=1")))));
    String error = "This API is restricted, expecting header 'who'";
    assertEquals(error, http.get("/v2").expect(403).error());
    assertEquals(error, http.get("/v2", "who", "you").expect(403).error());
    assertEquals(error, http.generate("tiny_ar", body()).expect(403).error());
    http.get("/v2", "who", "me").expect(200);
    http.get("/v2/health/live").expect(403);
    http.get("/v2/health/live", "h", "1").expect(200);
    http.get("/v2/models/tiny_ar/config").expect(200);
  }

  @Test
  void grpcRestricted_needsTheMetadata() {
    start(small().grpc("--grpc-restricted-protocol=inference,metadata:who=me"));
    Status refused =
        assertThrows(
                StatusRuntimeException.class,
                () -> grpc.blocking().serverMetadata(ServerMetadataRequest.getDefaultInstance()))
            .getStatus();
    assertEquals(Status.Code.UNAVAILABLE, refused.getCode());
    assertEquals(
        "This protocol is restricted, expecting header 'triton-grpc-protocol-who'",
        refused.getDescription());
    try (GrpcStream stream = grpc.stream()) {
      assertEquals(Status.Code.UNAVAILABLE, stream.status().getCode());
    }
    Metadata metadata = new Metadata();
    metadata.put(
        Metadata.Key.of("triton-grpc-protocol-who", Metadata.ASCII_STRING_MARSHALLER), "me");
    assertEquals(
        "unmask",
        grpc.blocking()
            .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(metadata))
            .serverMetadata(ServerMetadataRequest.getDefaultInstance())
            .getName());
    assertTrue(grpc.blocking().serverLive(ServerLiveRequest.getDefaultInstance()).getLive());
  }

  @Test
  void grpcMessage_overTheLimit_isRefused() {
    start(small().grpc("--grpc-max-request-bytes=4096"));
    StatusRuntimeException refused =
        assertThrows(
            StatusRuntimeException.class,
            () ->
                grpc.blocking()
                    .modelInfer(
                        GrpcClientFixture.request(
                                "unary", GrpcClientFixture.texts("text_input", "a".repeat(5000)))
                            .build()));
    assertEquals(Status.Code.RESOURCE_EXHAUSTED, refused.getStatus().getCode());
  }

  // Encryption

  /** A certificate and its key as files. */
  private record Pem(X509Bundle bundle, Path certificate, Path key) {
    static Pem of(Path directory, String name, X509Bundle bundle) throws IOException {
      Path certificate = directory.resolve(name + ".crt");
      Path key = directory.resolve(name + ".key");
      Files.writeString(certificate, bundle.getCertificatePathPEM());
      Files.writeString(key, bundle.getPrivateKeyPEM());
      return new Pem(bundle, certificate, key);
    }
  }

  private static Pem issue(Path directory, String name, X509Bundle issuer) throws Exception {
    CertificateBuilder builder = new CertificateBuilder().subject("CN=" + name);
    if (issuer == null) {
      return Pem.of(directory, name, builder.setIsCertificateAuthority(true).buildSelfSigned());
    }
    return Pem.of(directory, name, builder.addSanDnsName("localhost").buildIssuedBy(issuer));
  }

  private static GrpcClientFixture encrypted(TlsChannelCredentials.Builder credentials) {
    return new GrpcClientFixture(
        Grpc.newChannelBuilder("localhost:" + server.grpcPort(), credentials.build()).build());
  }

  @Test
  void grpcMutualTls_needsACertificate(@TempDir Path directory) throws Exception {
    Pem root = issue(directory, "root", null);
    Pem host = issue(directory, "host", root.bundle());
    Pem client = issue(directory, "client", root.bundle());
    Pem other = issue(directory, "other", null);
    start(
        small()
            .grpc(
                "--grpc-use-ssl-mutual",
                "--grpc-server-cert=" + host.certificate(),
                "--grpc-server-key=" + host.key(),
                "--grpc-root-cert=" + root.certificate()));
    TlsChannelCredentials.Builder trusting =
        TlsChannelCredentials.newBuilder().trustManager(root.certificate().toFile());
    try (GrpcClientFixture stranger = encrypted(trusting)) {
      assertUnavailable(stranger);
    }
    try (GrpcClientFixture known =
        encrypted(trusting.keyManager(client.certificate().toFile(), client.key().toFile()))) {
      assertTrue(known.blocking().serverLive(ServerLiveRequest.getDefaultInstance()).getLive());
    }
    try (GrpcClientFixture foreign =
        encrypted(trusting.keyManager(other.certificate().toFile(), other.key().toFile()))) {
      assertUnavailable(foreign);
    }
    assertUnavailable(grpc);
  }

  private static void assertUnavailable(GrpcClientFixture client) {
    StatusRuntimeException refused =
        assertThrows(
            StatusRuntimeException.class,
            () -> client.blocking().serverLive(ServerLiveRequest.getDefaultInstance()));
    assertEquals(Status.Code.UNAVAILABLE, refused.getStatus().getCode());
  }

  @Test
  void httpTls_answersOverTls(@TempDir Path directory) throws Exception {
    Pem root = issue(directory, "root", null);
    Pem host = issue(directory, "host", root.bundle());
    start(small().http(http -> http.tls(host.certificate(), host.key())));
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(root.bundle().toKeyStore(new char[0]));
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    try (RawConnection connection =
        new RawConnection(
            context.getSocketFactory().createSocket("127.0.0.1", server.httpPort()))) {
      connection.post(GENERATE, HttpClientFixture.write(body()));
      RawConnection.Response response = connection.read();
      assertEquals(200, response.status());
      assertTrue(response.text().contains(AR_ANSWER));
    }
  }
}
