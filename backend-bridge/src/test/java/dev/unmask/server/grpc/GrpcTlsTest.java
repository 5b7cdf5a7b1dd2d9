package dev.unmask.server.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unmask.protocol.GRPCInferenceServiceGrpc;
import dev.unmask.protocol.ServerLiveRequest;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import io.grpc.ChannelCredentials;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GrpcTlsTest {
  @TempDir static Path directory;

  private static File authority;
  private static File serverCertificate;
  private static File serverKey;
  private static File clientCertificate;
  private static File clientKey;
  private static File strangerCertificate;
  private static File strangerKey;

  @BeforeAll
  static void makeCertificates() throws Exception {
    X509Bundle root =
        new CertificateBuilder()
            .ecp256()
            .subject("CN=root")
            .setIsCertificateAuthority(true)
            .buildSelfSigned();
    X509Bundle server =
        new CertificateBuilder()
            .ecp256()
            .subject("CN=localhost")
            .addSanDnsName("localhost")
            .buildIssuedBy(root);
    X509Bundle client = new CertificateBuilder().ecp256().subject("CN=client").buildIssuedBy(root);
    X509Bundle stranger =
        new CertificateBuilder()
            .ecp256()
            .subject("CN=stranger")
            .setIsCertificateAuthority(true)
            .buildSelfSigned();
    authority = write("root.pem", root.getCertificatePEM());
    serverCertificate = write("server.pem", server.getCertificatePathPEM());
    serverKey = write("server.key", server.getPrivateKeyPEM());
    clientCertificate = write("client.pem", client.getCertificatePathPEM());
    clientKey = write("client.key", client.getPrivateKeyPEM());
    strangerCertificate = write("stranger.pem", stranger.getCertificatePathPEM());
    strangerKey = write("stranger.key", stranger.getPrivateKeyPEM());
  }

  private static File write(String name, String pem) throws Exception {
    return Files.writeString(directory.resolve(name), pem).toFile();
  }

  private static GrpcFrontEnd start(String... more) {
    List<String> options =
        new ArrayList<>(
            List.of("--grpc-server-cert=" + serverCertificate, "--grpc-server-key=" + serverKey));
    options.addAll(List.of(more));
    GrpcFrontEnd frontEnd =
        new GrpcFrontEnd(
            GrpcFixture.options(options.toArray(String[]::new)), new FakeInferenceServer());
    frontEnd.start();
    return frontEnd;
  }

  /** Asks over a channel of its own. */
  private static boolean live(GrpcFrontEnd frontEnd, ChannelCredentials credentials)
      throws InterruptedException {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("127.0.0.1", frontEnd.port(), credentials)
            .overrideAuthority("localhost")
            .build();
    try {
      return GRPCInferenceServiceGrpc.newBlockingStub(channel)
          .withDeadlineAfter(GrpcFixture.TIMEOUT_SECONDS, TimeUnit.SECONDS)
          .serverLive(ServerLiveRequest.getDefaultInstance())
          .getLive();
    } finally {
      channel.shutdownNow();
      assertTrue(channel.awaitTermination(GrpcFixture.TIMEOUT_SECONDS, TimeUnit.SECONDS));
    }
  }

  private static void assertNoConnection(GrpcFrontEnd frontEnd, ChannelCredentials credentials) {
    StatusRuntimeException e =
        assertThrows(StatusRuntimeException.class, () -> live(frontEnd, credentials));
    assertEquals(Status.Code.UNAVAILABLE, e.getStatus().getCode(), e::toString);
  }

  private static TlsChannelCredentials.Builder trusting() throws Exception {
    return TlsChannelCredentials.newBuilder().trustManager(authority);
  }

  @Test
  void tls_clientThatTrustsTheServer_isServed() throws Exception {
    try (GrpcFrontEnd frontEnd = start("--grpc-use-ssl")) {
      assertTrue(live(frontEnd, trusting().build()));
    }
  }

  @Test
  void tls_plaintextClient_isNotServed() {
    try (GrpcFrontEnd frontEnd = start("--grpc-use-ssl=true")) {
      assertNoConnection(frontEnd, InsecureChannelCredentials.create());
    }
  }

  @Test
  void mutualTls_clientWithCertificate_isServed() throws Exception {
    try (GrpcFrontEnd frontEnd = start("--grpc-use-ssl-mutual", "--grpc-root-cert=" + authority)) {
      assertTrue(live(frontEnd, trusting().keyManager(clientCertificate, clientKey).build()));
    }
  }

  @Test
  void mutualTls_clientWithoutOrWithForeignCertificate_isNotServed() throws Exception {
    try (GrpcFrontEnd frontEnd =
        start("--grpc-use-ssl-mutual=true", "--grpc-root-cert=" + authority)) {
      assertNoConnection(frontEnd, trusting().build());
      assertNoConnection(frontEnd, trusting().keyManager(strangerCertificate, strangerKey).build());
    }
  }

  @Test
  void mutualTls_withoutRoot_isRefused() {
    assertRefused("--grpc-use-ssl-mutual needs --grpc-root-cert", "--grpc-use-ssl-mutual");
  }

  @Test
  void tls_unusableFiles_areRefusedByName() throws Exception {
    File garbage = write("garbage.pem", "no certificate");
    assertRefused(
        "cannot use TLS with --grpc-server-cert=" + garbage + " --grpc-server-key=" + serverKey,
        "--grpc-use-ssl",
        "--grpc-server-cert=" + garbage);
    assertRefused(
        "cannot use TLS with --grpc-server-cert=missing.pem --grpc-server-key=" + serverKey,
        "--grpc-use-ssl",
        "--grpc-server-cert=missing.pem");
    assertRefused(
        "cannot use TLS with --grpc-server-cert="
            + serverCertificate
            + " --grpc-server-key="
            + garbage,
        "--grpc-use-ssl",
        "--grpc-server-key=" + garbage);
    assertRefused(
        "cannot use TLS with --grpc-server-cert="
            + serverCertificate
            + " --grpc-server-key="
            + serverKey
            + " --grpc-root-cert="
            + garbage,
        "--grpc-use-ssl-mutual",
        "--grpc-root-cert=" + garbage);
  }

  private static void assertRefused(String message, String... options) {
    UnmaskException e = assertThrows(UnmaskException.class, () -> start(options).close());
    assertEquals(ErrorCode.INVALID_ARGUMENT, e.code());
    assertTrue(e.getMessage().startsWith(message), e.getMessage());
    assertFalse(e.getMessage().contains("\n"), e.getMessage());
  }
}
