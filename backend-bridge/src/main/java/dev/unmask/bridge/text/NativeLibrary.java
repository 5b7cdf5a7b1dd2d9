package dev.unmask.bridge.text;

import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Settings for the native tokenizer library, made before its first use: never touch the network,
 * look for no GPU variant, and unpack the shared library to the user's cache directory, or to a
 * fresh private directory where that cannot be written. Settings that are already there stay, and
 * nothing is unpacked where they name an unpacked library.
 */
final class NativeLibrary {
  private static final String CACHE_DIRECTORY = "ENGINE_CACHE_DIR";
  private static final String UNPACKED = "RUST_LIBRARY_PATH";

  /** Held here, or its level would be lost with the logger. */
  private static final Logger LOGGER = Logger.getLogger("ai.djl");

  private NativeLibrary() {}

  static synchronized void configure() {
    if (LOGGER.getLevel() == null) {
      LOGGER.setLevel(Level.SEVERE);
    }
    setIfAbsent("OPT_OUT_TRACKING", "true");
    setIfAbsent("ai.djl.offline", "true");
    setIfAbsent("RUST_FLAVOR", "cpu");
    if (!isSet(UNPACKED) && !isSet(CACHE_DIRECTORY)) {
      System.setProperty(CACHE_DIRECTORY, cacheDirectory().toString());
    }
  }

  private static boolean isSet(String name) {
    return System.getenv(name) != null || System.getProperty(name) != null;
  }

  private static void setIfAbsent(String name, String value) {
    if (System.getProperty(name) == null) {
      System.setProperty(name, value);
    }
  }

  private static Path cacheDirectory() {
    String base = System.getenv("XDG_CACHE_HOME");
    Path cache =
        base != null && Path.of(base).isAbsolute()
            ? Path.of(base)
            : Path.of(System.getProperty("user.home"), ".cache");
    try {
      Path directory = Files.createDirectories(cache.resolve("unmask"));
      if (Files.isWritable(directory)) {
        return directory;
      }
    } catch (IOException e) {
      // No usable home directory: a private temporary one will do.
    }
    try {
      return Files.createTempDirectory("unmask-");
    } catch (IOException e) {
      throw new UnmaskException(
          ErrorCode.UNAVAILABLE, "no directory to unpack the tokenizer library: " + e, e);
    }
  }
}
