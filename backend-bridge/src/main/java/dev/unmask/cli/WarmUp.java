package dev.unmask.cli;

import java.io.PrintWriter;
import java.io.Writer;
import java.nio.charset.Charset;

/**
 * Runs a short decode after a build, so that the launcher can archive the classes it loads; imports
 * the bundled models for it, anew where an older build did.
 */
final class WarmUp {
  private WarmUp() {}

  static void run() {
    PrintWriter err = new PrintWriter(System.err, true, Charset.defaultCharset());
    BundledModels.refresh(err);
    BundledModels.ensure(BundledModels.D2F, err);
    PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
    Main.commandLine()
        .setOut(nowhere)
        .setErr(nowhere)
        .execute(
            "generate", "--model", BundledModels.D2F, "--prompt", "Hi", "--set", "max_tokens=16");
  }
}
