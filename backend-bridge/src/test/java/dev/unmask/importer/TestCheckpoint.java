package dev.unmask.importer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** A copy of a test checkpoint (or adapter) that a test may damage. */
final class TestCheckpoint {
  static final Path ROOT = Path.of("src/test/resources/architectures");

  private final Path directory;

  private TestCheckpoint(Path directory) {
    this.directory = directory;
  }

  static TestCheckpoint copyOf(String name, Path parent) throws IOException {
    Path copy = Files.createDirectory(parent.resolve(name));
    try (Stream<Path> files = Files.list(ROOT.resolve(name))) {
      for (Path file : files.toList()) {
        Files.copy(file, copy.resolve(file.getFileName()));
      }
    }
    return new TestCheckpoint(copy);
  }

  Path directory() {
    return directory;
  }

  Path file(String name) {
    return directory.resolve(name);
  }

  TestCheckpoint editJson(String name, Consumer<ObjectNode> edit) throws IOException {
    ObjectNode json = (ObjectNode) Json.MAPPER.readTree(file(name).toFile());
    edit.accept(json);
    Files.writeString(file(name), json.toString());
    return this;
  }

  TestCheckpoint config(String field, Object value) throws IOException {
    return editJson(
        directory.resolve("adapter_config.json").toFile().exists()
            ? "adapter_config.json"
            : "config.json",
        json -> json.set(field, Json.MAPPER.valueToTree(value)));
  }

  /** Rewrites the header of a safetensors file; the data stays as it is. */
  TestCheckpoint editHeader(String name, Consumer<ObjectNode> edit) throws IOException {
    byte[] bytes = Files.readAllBytes(file(name));
    int length = (int) ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong(0);
    JsonNode header = Json.MAPPER.readTree(Arrays.copyOfRange(bytes, 8, 8 + length));
    edit.accept((ObjectNode) header);
    byte[] text = header.toString().getBytes(StandardCharsets.UTF_8);
    ByteBuffer out =
        ByteBuffer.allocate(8 + text.length + bytes.length - 8 - length)
            .order(ByteOrder.LITTLE_ENDIAN);
    out.putLong(text.length).put(text).put(bytes, 8 + length, bytes.length - 8 - length);
    Files.write(file(name), out.array());
    return this;
  }

  TestCheckpoint truncate(String name, int bytes) throws IOException {
    Files.write(file(name), Arrays.copyOf(Files.readAllBytes(file(name)), bytes));
    return this;
  }
}
