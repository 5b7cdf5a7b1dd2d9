package dev.unmask.server.grpc;

import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import io.grpc.InsecureServerCredentials;
import io.grpc.ServerCredentials;
import io.grpc.TlsServerCredentials;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Options of encryption and of whom the clients must prove to be. */
final class GrpcTlsOptions {
  @Option(
      names = "--grpc-use-ssl",
      paramLabel = "BOOL",
      arity = "0..1",
      defaultValue = "false",
      fallbackValue = "true",
      description = "use TLS (default: ${DEFAULT-VALUE})")
  private boolean useSsl;

  @Option(
      names = "--grpc-use-ssl-mutual",
      paramLabel = "BOOL",
      arity = "0..1",
      defaultValue = "false",
      fallbackValue = "true",
      description = "use TLS and ask clients for a certificate (default: ${DEFAULT-VALUE})")
  private boolean mutual;

  @Option(
      names = "--grpc-server-cert",
      paramLabel = "FILE",
      description = "certificate chain of the server, PEM")
  private Path certificate;

  @Option(
      names = "--grpc-server-key",
      paramLabel = "FILE",
      description = "private key of the server, PEM (PKCS #8)")
  private Path key;

  @Option(
      names = "--grpc-root-cert",
      paramLabel = "FILE",
      description = "certificates of who may issue client certificates, PEM")
  private Path root;

  /**
   * What the server shows and what it asks for.
   *
   * @throws UnmaskException INVALID_ARGUMENT for a file that is missing or cannot be read
   */
  ServerCredentials credentials() {
    if (!useSsl && !mutual) {
      return InsecureServerCredentials.create();
    }
    require("--grpc-server-cert", certificate);
    require("--grpc-server-key", key);
    try {
      TlsServerCredentials.Builder credentials =
          TlsServerCredentials.newBuilder().keyManager(certificate.toFile(), key.toFile());
      if (root != null) {
        credentials.trustManager(root.toFile());
      }
      if (mutual) {
        require("--grpc-root-cert", root);
        credentials.clientAuth(TlsServerCredentials.ClientAuth.REQUIRE);
      }
      return credentials.build();
    } catch (IOException e) {
      throw unusable(e);
    }
  }

  /** What is said of files that are no certificate or no key. */
  UnmaskException unusable(Exception cause) {
    return new UnmaskException(
        ErrorCode.INVALID_ARGUMENT,
        "cannot use TLS with --grpc-server-cert="
            + certificate
            + " --grpc-server-key="
            + key
            + (root == null ? "" : " --grpc-root-cert=" + root)
            + ": "
            + String.valueOf(cause.getMessage()).lines().findFirst().orElse(""),
        cause);
  }

  private void require(String flag, Path file) {
    if (file == null) {
      throw UnmaskException.invalid(
          (mutual ? "--grpc-use-ssl-mutual" : "--grpc-use-ssl") + " needs " + flag);
    }
  }
}
