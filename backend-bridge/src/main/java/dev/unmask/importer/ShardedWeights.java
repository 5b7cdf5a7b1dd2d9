package dev.unmask.importer;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.unmask.files.OutputDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Writes the weights of a checkpoint as one file, or as shards with an index. */
final class ShardedWeights {
  /** Bytes of a file beyond which another one is begun. */
  static final long SHARD_BYTES = 5L << 30;

  private final long shardBytes;

  ShardedWeights(long shardBytes) {
    this.shardBytes = shardBytes;
  }

  /** Writes all tensors into a directory. */
  void write(OutputDirectory directory, List<InflatedTensor> tensors, DataType type)
      throws IOException {
    List<List<InflatedTensor>> shards = shards(tensors, type);
    if (shards.size() == 1) {
      SafetensorsWriter.write(directory.resolve(Checkpoint.SINGLE), tensors, type);
      return;
    }
    ObjectNode index = Json.MAPPER.createObjectNode();
    index
        .putObject("metadata")
        .put("total_size", tensors.stream().mapToLong(t -> t.elements() * type.bytes()).sum());
    ObjectNode map = index.putObject("weight_map");
    for (int i = 0; i < shards.size(); i++) {
      String name = String.format("model-%05d-of-%05d.safetensors", i + 1, shards.size());
      SafetensorsWriter.write(directory.resolve(name), shards.get(i), type);
      shards.get(i).forEach(tensor -> map.put(tensor.name(), name));
    }
    Path file = directory.resolve(Checkpoint.INDEX);
    Files.writeString(file, index.toPrettyString());
  }

  private List<List<InflatedTensor>> shards(List<InflatedTensor> tensors, DataType type) {
    List<List<InflatedTensor>> shards = new ArrayList<>();
    long filled = Long.MAX_VALUE;
    for (InflatedTensor tensor : tensors) {
      long bytes = tensor.elements() * type.bytes();
      if (filled > shardBytes - bytes) {
        shards.add(new ArrayList<>());
        filled = 0;
      }
      shards.get(shards.size() - 1).add(tensor);
      filled += bytes;
    }
    return shards;
  }
}
