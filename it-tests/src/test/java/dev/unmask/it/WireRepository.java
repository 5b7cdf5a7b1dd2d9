package dev.unmask.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A model repository of a test's own: the bundled models under any names and with any
 * configuration. Their files are shared with the fixture's where the file system allows that.
 */
final class WireRepository implements AutoCloseable {
  /** Makes a model answer each request once, so that {@code infer} takes it. */
  static final String NOT_DECOUPLED = "model_transaction_policy { decoupled: false }";

  private final Path root;

  WireRepository() {
    try {
      root = Files.createTempDirectory(Files.createDirectories(Path.of("target")), "repository-");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The three bundled models and {@code unary}: the autoregressive one, not decoupled. */
  static WireRepository bundled() {
    return new WireRepository()
        .add("tiny_ar", "tiny_ar")
        .add("tiny_d2f", "tiny_d2f")
        .add("tiny_llada", "tiny_llada")
        .add("unary", "tiny_ar", NOT_DECOUPLED);
  }

  Path path() {
    return root;
  }

  /**
   * Adds version 1 of a model.
   *
   * @param source a bundled model
   * @param config lines of its configuration; none for a model without one
   */
  WireRepository add(String name, String source, String... config) {
    addVersion(name, source, 1);
    if (config.length > 0) {
      config(name, config);
    }
    return this;
  }

  /** Adds a version of a model. */
  WireRepository addVersion(String name, String source, int version) {
    Path from = BundledModelFixture.repository().resolve(source).resolve("1");
    try (Stream<Path> files = Files.list(from)) {
      Path to = Files.createDirectories(root.resolve(name).resolve(Integer.toString(version)));
      for (Path file : files.toList()) {
        link(file, to.resolve(file.getFileName()));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return this;
  }

  private static void link(Path from, Path to) throws IOException {
    try {
      Files.createLink(to, from);
    } catch (UnsupportedOperationException e) {
      Files.copy(from, to, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  /** Replaces the configuration of a model. */
  WireRepository config(String name, String... lines) {
    try {
      Files.write(root.resolve(name).resolve("config.pbtxt"), List.of(lines));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return this;
  }

  /** Adds a model whose graph is damaged. */
  WireRepository addDamaged(String name) {
    add(name, "tiny_ar");
    try {
      Path graph = root.resolve(name).resolve("1").resolve("model.onnx");
      Files.delete(graph);
      Files.writeString(graph, "no graph");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return this;
  }

  @Override
  public void close() {
    try (Stream<Path> paths = Files.walk(root)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
