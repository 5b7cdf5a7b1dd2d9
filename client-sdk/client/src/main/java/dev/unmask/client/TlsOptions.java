package dev.unmask.client;

import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;

/**
 * How connections are encrypted, for endpoints {@code grpcs://} and {@code https://}. Immutable.
 */
public final class TlsOptions {
  /** The JVM's trusted certificates, no certificate of the client's own. */
  public static final TlsOptions DEFAULT = new TlsOptions(null, null, null, null);

  private final Path trustedCertificates;
  private final Path certificateChain;
  private final Path privateKey;
  private final String serverName;

  private TlsOptions(Path trusted, Path chain, Path key, String serverName) {
    this.trustedCertificates = trusted;
    this.certificateChain = chain;
    this.privateKey = key;
    this.serverName = serverName;
  }

  /**
   * Trusts these certificates instead of the JVM's.
   *
   * @param pem file of X.509 certificates
   * @return with it
   */
  public TlsOptions trust(Path pem) {
    return new TlsOptions(Objects.requireNonNull(pem), certificateChain, privateKey, serverName);
  }

  /**
   * Shows the server a certificate of the client's own (mutual TLS).
   *
   * @param chain PEM file of X.509 certificates
   * @param key PEM file of the PKCS #8 private key, not encrypted
   * @return with it
   */
  public TlsOptions clientCertificate(Path chain, Path key) {
    return new TlsOptions(
        trustedCertificates,
        Objects.requireNonNull(chain),
        Objects.requireNonNull(key),
        serverName);
  }

  /**
   * Expects a certificate of another name than the endpoint's host.
   *
   * @param name host name
   * @return with it
   */
  public TlsOptions serverName(String name) {
    return new TlsOptions(
        trustedCertificates, certificateChain, privateKey, Objects.requireNonNull(name));
  }

  /**
   * The certificates that are trusted.
   *
   * @return empty for the JVM's
   */
  public Optional<Path> trustedCertificates() {
    return Optional.ofNullable(trustedCertificates);
  }

  /**
   * The client's own certificate.
   *
   * @return empty for none
   */
  public Optional<Path> certificateChain() {
    return Optional.ofNullable(certificateChain);
  }

  /**
   * The key of the client's own certificate.
   *
   * @return empty for none
   */
  public Optional<Path> privateKey() {
    return Optional.ofNullable(privateKey);
  }

  /**
   * The name that the server's certificate must have.
   *
   * @return empty for the endpoint's host
   */
  public Optional<String> serverName() {
    return Optional.ofNullable(serverName);
  }
}
