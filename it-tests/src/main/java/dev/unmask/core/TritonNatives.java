package dev.unmask.core;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.tritonserver.global.tritonserver;

/**
 * Makes Triton's library and JavaCPP's loadable on this machine: copies below {@code
 * it-tests/target/triton/lib}, with what the machine lacks beside them. Nothing of it is shipped.
 */
public final class TritonNatives {
  /** Needed versions that Debian 12's libraries do not have; the symbols are in compat.c. */
  private static final Set<String> TOO_NEW = Set.of("GLIBC_2.38", "GLIBCXX_3.4.32");

  private static final Path HOME = Path.of(System.getProperty("unmask.home", ".."));
  private static final Path TARGET =
      HOME.resolve("it-tests").resolve("target").resolve("triton").toAbsolutePath().normalize();
  private static boolean loaded;

  private TritonNatives() {}

  /** The directory that a build of the backend leaves for Triton's backends. */
  public static Path backends() {
    return HOME.resolve("backend-bridge")
        .resolve("target")
        .resolve("triton-backend")
        .toAbsolutePath()
        .normalize();
  }

  /** The directory with the loadable libraries; makes it where it is missing or out of date. */
  public static synchronized Path directory() {
    Path lib = TARGET.resolve("lib");
    try {
      if (isStale(lib)) {
        build(lib);
      }
      return lib;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Loads Triton into this process, before anything else uses JavaCPP. */
  public static synchronized void load() {
    if (loaded) {
      return;
    }
    Path lib = directory();
    System.setProperty("org.bytedeco.javacpp.pathsFirst", "true");
    System.setProperty("org.bytedeco.javacpp.maxPhysicalBytes", "0");
    System.setProperty("org.bytedeco.javacpp.maxBytes", "0");
    System.setProperty(
        "java.library.path", lib + ":" + System.getProperty("java.library.path", ""));
    // Found again by their names when Triton's library asks for them.
    System.load(lib.resolve("libdcgm.so.4").toString());
    System.load(lib.resolve("libcudart.so.13").toString());
    Loader.load(tritonserver.class);
    loaded = true;
  }

  private static List<Path> sources() {
    Path natives = backends().resolve("unmask").resolve("lib").resolve("native");
    List<Path> sources =
        List.of(
            TARGET.resolve("redist").resolve("libtritonserver.so"),
            natives.resolve("libjnitritonserver.so"),
            natives.resolve("libjnijavacpp.so"));
    for (Path source : sources) {
      if (!Files.isRegularFile(source)) {
        throw new IllegalStateException(
            source + " is missing: run mvn package first, without -Dunmask.triton.skip");
      }
    }
    return sources;
  }

  private static boolean isStale(Path lib) throws IOException {
    Path ready = lib.resolve("ready");
    if (!Files.exists(ready)) {
      return true;
    }
    for (Path source : sources()) {
      if (Files.getLastModifiedTime(source).compareTo(Files.getLastModifiedTime(ready)) > 0) {
        return true;
      }
    }
    return false;
  }

  private static void build(Path lib) throws IOException {
    Path work = Files.createTempDirectory(Files.createDirectories(TARGET), "lib-");
    compile(work, "compat", "libdcgm.so.4", "-l:libstdc++.so.6");
    compile(work, "cudart", "libcudart.so.13");
    for (Path source : sources()) {
      VersionNeeds.weaken(source, work.resolve(source.getFileName().toString()), TOO_NEW);
    }
    Files.createFile(work.resolve("ready"));
    delete(lib);
    Files.move(work, lib, StandardCopyOption.ATOMIC_MOVE);
  }

  private static void compile(Path directory, String name, String library, String... links)
      throws IOException {
    Path source = extract(directory, name + ".c");
    Path map = extract(directory, name + ".map");
    List<String> command =
        new ArrayList<>(
            List.of(
                "gcc",
                "-std=gnu11",
                "-O2",
                "-Wall",
                "-fPIC",
                "-fno-builtin",
                "-shared",
                "-Wl,-soname," + library,
                "-Wl,--version-script=" + map,
                "-o",
                directory.resolve(library).toString(),
                source.toString()));
    command.addAll(List.of(links));
    run(command);
  }

  private static Path extract(Path directory, String name) throws IOException {
    Path file = directory.resolve(name);
    try (InputStream in = TritonNatives.class.getResourceAsStream(name)) {
      Files.copy(Objects.requireNonNull(in, name), file);
    }
    return file;
  }

  /** Runs a compiler; its output is part of the failure. */
  public static void run(List<String> command) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      if (process.waitFor() != 0) {
        throw new IOException(String.join(" ", command) + "\n" + output);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while compiling", e);
    }
  }

  private static void delete(Path directory) throws IOException {
    if (Files.exists(directory)) {
      try (var files = Files.list(directory)) {
        for (Path file : files.toList()) {
          Files.delete(file);
        }
      }
      Files.delete(directory);
    }
  }
}
