package dev.unmask.client.internal;

import dev.unmask.client.TlsOptions;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;

/** TLS contexts from options. */
final class TlsContexts {
  private TlsContexts() {}

  /**
   * A context to be completed.
   *
   * @throws IllegalArgumentException for a file that cannot be read as what it should be
   */
  static SslContextBuilder client(TlsOptions options) {
    SslContextBuilder context = SslContextBuilder.forClient();
    options
        .trustedCertificates()
        .ifPresent(
            pem -> read("trustedCertificates", pem, () -> context.trustManager(pem.toFile())));
    options
        .certificateChain()
        .ifPresent(
            chain -> {
              File key = options.privateKey().orElseThrow().toFile();
              read("certificateChain", chain, () -> context.keyManager(chain.toFile(), key));
            });
    return context;
  }

  private static void read(String name, Path file, Runnable reader) {
    if (!Files.isReadable(file)) {
      throw new IllegalArgumentException(name + "=" + file + " cannot be read");
    }
    try {
      reader.run();
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(name + "=" + file + ": " + e.getMessage(), e);
    }
  }
}
