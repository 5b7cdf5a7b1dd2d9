package dev.unmask.importer;

import java.nio.file.Path;

/** Lets tests outside this package import with weights in a file of their own. */
public final class InlineLimitImport {
  private InlineLimitImport() {}

  /**
   * Imports a checkpoint.
   *
   * @param inlineLimit bytes of weights beyond which they leave {@code model.onnx}
   * @return the version directory
   */
  public static Path run(ImportRequest request, long inlineLimit) {
    return new CheckpointImporter(inlineLimit).run(request).resolve("1");
  }
}
