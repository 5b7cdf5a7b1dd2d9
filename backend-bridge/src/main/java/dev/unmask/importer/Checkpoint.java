package dev.unmask.importer;

import com.fasterxml.jackson.databind.JsonNode;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** The weights of a checkpoint directory: one safetensors file, or the shards of its index. */
final class Checkpoint implements AutoCloseable {
  static final String SINGLE = "model.safetensors";
  static final String INDEX = "model.safetensors.index.json";

  private final Path directory;
  private final Map<String, SafetensorsFile> files = new LinkedHashMap<>();
  private final Map<String, StoredTensor> tensors = new LinkedHashMap<>();

  private Checkpoint(Path directory) {
    this.directory = directory;
  }

  /**
   * Opens a checkpoint's weights.
   *
   * @throws UnmaskException NOT_FOUND for a missing file, shard, or tensor of the index; else as
   *     {@link SafetensorsFile#open}
   */
  static Checkpoint open(Path directory) {
    Checkpoint checkpoint = new Checkpoint(directory);
    boolean complete = false;
    try {
      if (Files.exists(directory.resolve(INDEX))) {
        checkpoint.openShards(directory.resolve(INDEX));
      } else if (Files.exists(directory.resolve(SINGLE))) {
        checkpoint.tensors.putAll(checkpoint.file(SINGLE).tensors());
      } else {
        throw new UnmaskException(
            ErrorCode.NOT_FOUND, "neither " + SINGLE + " nor " + INDEX + " in " + directory);
      }
      complete = true;
      return checkpoint;
    } finally {
      if (!complete) {
        checkpoint.close();
      }
    }
  }

  private void openShards(Path index) {
    JsonNode map = Json.read(index).path("weight_map");
    if (!map.isObject() || map.isEmpty()) {
      throw UnmaskException.invalid(index + ": no weight_map");
    }
    for (Map.Entry<String, JsonNode> entry : map.properties()) {
      String shard = entry.getValue().asText("");
      if (shard.isEmpty() || shard.contains("/") || shard.contains("\\") || shard.equals("..")) {
        throw UnmaskException.invalid(
            index + ": weight_map of " + entry.getKey() + " is " + entry.getValue());
      }
      StoredTensor tensor = file(shard).tensors().get(entry.getKey());
      if (tensor == null) {
        throw new UnmaskException(
            ErrorCode.NOT_FOUND, "no tensor " + entry.getKey() + " in " + directory.resolve(shard));
      }
      tensors.put(entry.getKey(), tensor);
    }
  }

  private SafetensorsFile file(String name) {
    SafetensorsFile file = files.get(name);
    if (file == null) {
      file = SafetensorsFile.open(directory.resolve(name));
      files.put(name, file);
    }
    return file;
  }

  /** Names of all tensors, sorted. */
  Set<String> names() {
    return new TreeSet<>(tensors.keySet());
  }

  boolean has(String name) {
    return tensors.containsKey(name);
  }

  /**
   * A tensor of the given shape.
   *
   * @throws UnmaskException NOT_FOUND where it is missing, INVALID_ARGUMENT for another shape
   */
  StoredTensor tensor(String name, long... shape) {
    StoredTensor tensor = tensors.get(name);
    if (tensor == null) {
      throw new UnmaskException(ErrorCode.NOT_FOUND, "no tensor " + name + " in " + directory);
    }
    if (!Arrays.equals(tensor.shape(), shape)) {
      throw UnmaskException.invalid(
          tensor.file()
              + ": tensor "
              + name
              + " has shape "
              + tensor.shapeText()
              + ", config.json wants "
              + Arrays.toString(shape));
    }
    return tensor;
  }

  @Override
  public void close() {
    for (SafetensorsFile file : files.values()) {
      file.close();
    }
  }
}
