package dev.unmask.it;

import dev.unmask.core.TritonNatives;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;

/**
 * What {@code deploy/assemble} makes with the JDK that runs the tests: Triton's directory with the
 * backend and a JRE, a host that is no Java process, and the bundled models.
 */
final class HostInstallation {
  private static final String SERVICE = "META-INF/services/";

  private final Path root;

  private HostInstallation(Path root) {
    this.root = root;
  }

  /** Runs the script, which fails where one of the models does not answer. */
  static HostInstallation assemble() throws IOException {
    Path root = Path.of("target", "host").toAbsolutePath();
    TritonNatives.run(
        List.of(
            Path.of("..", "deploy", "assemble").toString(),
            root.toString(),
            TritonNatives.directory().toString(),
            BundledModelFixture.repository().toString(),
            System.getProperty("java.home")));
    return new HostInstallation(root);
  }

  private Path triton() {
    return root.resolve("opt").resolve("tritonserver");
  }

  Path program() {
    return triton().resolve("bin").resolve("host");
  }

  /** Triton's libraries. */
  Path libraries() {
    return triton().resolve("lib");
  }

  Path backends() {
    return triton().resolve("backends");
  }

  Path backend() {
    return backends().resolve("unmask");
  }

  Path jre() {
    return backend().resolve("jre");
  }

  Path models() {
    return root.resolve("models");
  }

  /**
   * Puts a jar beside the backend's.
   *
   * @param provider offers the service
   * @param others what it needs beside the classes within it
   */
  void addService(Class<?> service, Class<?> provider, Class<?>... others) throws IOException {
    Path jar = backend().resolve("lib").resolve("service.jar");
    try (OutputStream file = Files.newOutputStream(jar);
        JarOutputStream out = new JarOutputStream(file)) {
      add(out, provider);
      for (Class<?> inner : provider.getDeclaredClasses()) {
        add(out, inner);
      }
      for (Class<?> other : others) {
        add(out, other);
      }
      out.putNextEntry(new JarEntry(SERVICE + service.getName()));
      out.write(provider.getName().getBytes(StandardCharsets.UTF_8));
    }
  }

  private static void add(JarOutputStream out, Class<?> type) throws IOException {
    String file = type.getName().replace('.', '/') + ".class";
    out.putNextEntry(new JarEntry(file));
    try (InputStream in = type.getResourceAsStream("/" + file)) {
      Objects.requireNonNull(in, file).transferTo(out);
    }
  }
}
