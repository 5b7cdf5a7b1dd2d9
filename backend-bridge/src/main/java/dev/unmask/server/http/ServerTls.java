package dev.unmask.server.http;

import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.net.ssl.SSLException;

/** The TLS context of a listener. */
final class ServerTls {
  private ServerTls() {}

  /** Reads certificate and key; INVALID_ARGUMENT where they cannot be used. */
  static SslContext context(HttpOptions.Tls files) {
    readable("--http-tls-cert", files.certificate());
    readable("--http-tls-key", files.key());
    try {
      return SslContextBuilder.forServer(files.certificate().toFile(), files.key().toFile())
          .sslProvider(SslProvider.JDK)
          .build();
    } catch (SSLException | IllegalArgumentException e) {
      throw new UnmaskException(
          ErrorCode.INVALID_ARGUMENT,
          "--http-tls-cert="
              + files.certificate()
              + " and --http-tls-key="
              + files.key()
              + " are not a PEM certificate chain and its PKCS#8 key",
          e);
    }
  }

  private static void readable(String option, Path file) {
    if (!Files.isReadable(file)) {
      throw UnmaskException.invalid(option + "=" + file + " cannot be read");
    }
  }
}
