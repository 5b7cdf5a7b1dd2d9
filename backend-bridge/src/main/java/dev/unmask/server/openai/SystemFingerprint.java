package dev.unmask.server.openai;

import dev.unmask.repository.ModelManifest;
import dev.unmask.server.ServedModel;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/** Tells what answers can be compared: those of the same server version and model files. */
final class SystemFingerprint {
  private static final int DIGITS = 10;

  private SystemFingerprint() {}

  /** The fingerprint, such as {@code fp_0a1b2c3d4e}. */
  static String of(String serverVersion, ServedModel model) {
    ModelManifest manifest = model.manifest();
    Map<String, String> hashes =
        manifest.hashes() == null ? Map.of() : new TreeMap<>(manifest.hashes());
    String text = serverVersion + "\n" + model.name() + "\n" + model.version() + "\n" + hashes;
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return "fp_" + HexFormat.of().formatHex(digest).substring(0, DIGITS);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
