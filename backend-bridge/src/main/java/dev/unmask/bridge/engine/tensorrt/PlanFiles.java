package dev.unmask.bridge.engine.tensorrt;

import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.bytedeco.javacpp.Pointer;

/**
 * A plan and its manifest while they are written: under temporary names, moved into place by {@link
 * #publish} such that no manifest ever describes another plan. Closed without that, nothing is left
 * and an older plan stays.
 */
final class PlanFiles implements AutoCloseable {
  private static final String TEMPORARY = ".new";

  private final Path directory;
  private final Path plan;
  private final Path manifest;
  private String planHash;

  PlanFiles(Path directory) {
    this.directory = directory;
    this.plan = directory.resolve("." + PlanManifest.PLAN_FILE_NAME + TEMPORARY);
    this.manifest = directory.resolve("." + PlanManifest.FILE_NAME + TEMPORARY);
  }

  /**
   * Writes the plan.
   *
   * @return its SHA-256 in hexadecimal
   * @throws UnmaskException UNAVAILABLE where the disk fails
   */
  String writePlan(Pointer data, long size) {
    MessageDigest digest = GraphHash.digest();
    try {
      NativeBytes.write(plan, data, size, digest);
    } catch (IOException e) {
      throw failed(plan, e);
    }
    planHash = HexFormat.of().formatHex(digest.digest());
    return planHash;
  }

  /**
   * Moves both to their places.
   *
   * @throws UnmaskException UNAVAILABLE where the disk fails
   */
  void publish(PlanManifest description) {
    if (!description.planSha256().equals(planHash)) {
      throw new IllegalArgumentException("plan_sha256=" + description.planSha256());
    }
    Path published = directory.resolve(PlanManifest.FILE_NAME);
    try {
      Files.writeString(manifest, description.toJson());
      Files.deleteIfExists(published);
      move(plan, directory.resolve(PlanManifest.PLAN_FILE_NAME));
      move(manifest, published);
    } catch (IOException e) {
      throw failed(published, e);
    }
  }

  private static void move(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private static UnmaskException failed(Path file, IOException e) {
    return new UnmaskException(ErrorCode.UNAVAILABLE, "writing " + file + ": " + e.getMessage(), e);
  }

  @Override
  public void close() {
    try {
      Files.deleteIfExists(plan);
      Files.deleteIfExists(manifest);
    } catch (IOException e) {
      throw failed(plan, e);
    }
  }
}
