package dev.unmask.cli;

import dev.unmask.importer.CheckpointImporter;
import dev.unmask.importer.ImportRequest;
import dev.unmask.scheduler.AttentionKind;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * The small models that come with the project: their checkpoints lie under version control, the
 * models are imported from them when first needed.
 */
public final class BundledModels {
  /** A bundled model. */
  public static final String D2F = "tiny_d2f";

  /** A bundled model. */
  public static final String LLADA = "tiny_llada";

  /** A bundled model. */
  public static final String AR = "tiny_ar";

  private static final List<String> NAMES = List.of(D2F, LLADA, AR);
  private static final int D2F_BLOCK_SIZE = 16;

  /** Marks a model directory as made here, so that it may be replaced. */
  private static final String MARKER = ".bundled";

  private BundledModels() {}

  /** The project's model repository; below the working directory where the launcher names none. */
  public static Path repository() {
    return home().resolve("models");
  }

  private static Path home() {
    return Path.of(System.getProperty("unmask.home", "")).resolve("model-repository");
  }

  /** Whether a model of this name comes with the project. */
  public static boolean isBundled(String name) {
    return NAMES.contains(name);
  }

  /**
   * Imports every bundled model that is not there.
   *
   * @param err told in a line of each import
   * @throws UnmaskException NOT_FOUND where a checkpoint is missing
   */
  static void ensureAll(PrintWriter err) {
    NAMES.forEach(name -> ensure(name, err));
  }

  /**
   * Imports a bundled model unless it is there.
   *
   * @param err told in a line of an import
   * @throws UnmaskException NOT_FOUND where the checkpoint is missing
   */
  public static void ensure(String name, PrintWriter err) {
    if (Files.isDirectory(repository().resolve(name))) {
      return;
    }
    Path checkpoints = home().resolve("checkpoints");
    Path checkpoint = checkpoints.resolve(name.equals(AR) ? "tiny-ar" : "tiny-llada");
    if (!Files.isDirectory(checkpoint)) {
      throw new UnmaskException(ErrorCode.NOT_FOUND, "no checkpoint in " + checkpoint);
    }
    err.println("unmask: importing " + name + " from " + checkpoint.getFileName());
    err.flush();
    ImportRequest request = ImportRequest.of(checkpoint, repository(), name);
    if (name.equals(D2F)) {
      request =
          request
              .withAdapter(checkpoints.resolve("tiny-llada-d2f"))
              .withAttention(AttentionKind.BLOCK_CAUSAL)
              .withBlockSize(D2F_BLOCK_SIZE);
    }
    try {
      Files.createFile(new CheckpointImporter().run(request).resolve(MARKER));
    } catch (UnmaskException e) {
      // Another process may have imported it meanwhile.
      if (e.code() != ErrorCode.ALREADY_EXISTS) {
        throw e;
      }
    } catch (IOException e) {
      throw new UnmaskException(ErrorCode.UNAVAILABLE, repository() + ": " + e, e);
    }
  }

  /**
   * Imports the bundled models that are there anew: after a build the importer may write them
   * differently. Those that someone imported under the same names stay.
   *
   * @param err told in a line of each import
   */
  static void refresh(PrintWriter err) {
    for (String name : NAMES) {
      Path model = repository().resolve(name);
      if (Files.exists(model.resolve(MARKER))) {
        delete(model);
        ensure(name, err);
      }
    }
  }

  private static void delete(Path directory) {
    try (Stream<Path> paths = Files.walk(directory)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    } catch (IOException e) {
      throw new UnmaskException(ErrorCode.UNAVAILABLE, directory + ": " + e, e);
    }
  }
}
