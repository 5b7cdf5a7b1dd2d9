package dev.unmask.bridge.engine.tensorrt;

import dev.unmask.repository.ModelManifest;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * What tells one graph from another: its SHA-256, with that of its weights where they lie apart.
 */
final class GraphHash {
  private static final String GRAPH = "model.onnx";
  private static final String WEIGHTS = "model.onnx.data";

  /** The graph's name in a directory that Triton is to take without a configuration. */
  private static final String OTHER_GRAPH = "model.unmask";

  private GraphHash() {}

  /**
   * The graph's file in a version directory.
   *
   * @throws UnmaskException NOT_FOUND where there is none
   */
  static Path file(Path versionDirectory) {
    for (String name : new String[] {GRAPH, OTHER_GRAPH}) {
      Path file = versionDirectory.resolve(name);
      if (Files.isRegularFile(file)) {
        return file;
      }
    }
    throw new UnmaskException(ErrorCode.NOT_FOUND, "no " + GRAPH + " in " + versionDirectory);
  }

  /**
   * What the importer noted: the hash of {@code model.onnx}, or where its weights lie in {@code
   * model.onnx.data} the hash of both hashes.
   *
   * @throws UnmaskException INVALID_ARGUMENT where it noted none
   */
  static String noted(ModelManifest manifest) {
    String graph = manifest.hashes() == null ? null : manifest.hashes().get(GRAPH);
    if (graph == null) {
      throw UnmaskException.invalid(
          ModelManifest.FILE_NAME + " of " + manifest.name() + ": hashes has no " + GRAPH);
    }
    return joined(graph, manifest.hashes().get(WEIGHTS));
  }

  /**
   * As {@link #noted}, of the files as they are now; reads all of them.
   *
   * @throws UnmaskException UNAVAILABLE where they cannot be read
   */
  static String computed(Path versionDirectory) {
    Path weights = versionDirectory.resolve(WEIGHTS);
    return joined(
        sha256(file(versionDirectory)), Files.isRegularFile(weights) ? sha256(weights) : null);
  }

  private static String joined(String graph, String weights) {
    if (weights == null) {
      return graph;
    }
    byte[] both = (graph + weights).getBytes(StandardCharsets.US_ASCII);
    return HexFormat.of().formatHex(digest().digest(both));
  }

  private static String sha256(Path file) {
    MessageDigest digest = digest();
    try (OutputStream sink = new DigestOutputStream(OutputStream.nullOutputStream(), digest)) {
      Files.copy(file, sink);
    } catch (IOException e) {
      throw new UnmaskException(ErrorCode.UNAVAILABLE, file + ": " + e.getMessage(), e);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  static MessageDigest digest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
