package dev.unmask.importer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An open safetensors file: eight bytes of header length, a JSON header, then the tensors' bytes.
 * Opening checks the whole header against the file's length, so that a file cut short is refused
 * before anything is converted.
 */
final class SafetensorsFile implements AutoCloseable {
  private static final long MAX_HEADER = 100L << 20;

  private final FileChannel channel;
  private final Map<String, StoredTensor> tensors;

  private SafetensorsFile(FileChannel channel, Map<String, StoredTensor> tensors) {
    this.channel = channel;
    this.tensors = tensors;
  }

  /**
   * Opens and checks a file.
   *
   * @throws UnmaskException NOT_FOUND where there is none, INVALID_ARGUMENT where it is damaged,
   *     UNSUPPORTED for element types other than F32, F16 and BF16
   */
  static SafetensorsFile open(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new UnmaskException(ErrorCode.NOT_FOUND, "no file " + file);
    }
    FileChannel channel = null;
    try {
      channel = FileChannel.open(file, StandardOpenOption.READ);
      SafetensorsFile opened = new SafetensorsFile(channel, readHeader(file, channel));
      channel = null;
      return opened;
    } catch (IOException e) {
      throw new UnmaskException(ErrorCode.UNAVAILABLE, file + ": " + e.getMessage(), e);
    } finally {
      if (channel != null) {
        closeQuietly(channel);
      }
    }
  }

  /** The file's tensors by name, in the order of the header. */
  Map<String, StoredTensor> tensors() {
    return tensors;
  }

  @Override
  public void close() {
    closeQuietly(channel);
  }

  private static void closeQuietly(FileChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UnmaskException(ErrorCode.INTERNAL, "closing: " + e.getMessage(), e);
    }
  }

  private static Map<String, StoredTensor> readHeader(Path file, FileChannel channel)
      throws IOException {
    long size = channel.size();
    if (size < 8) {
      throw UnmaskException.invalid(file + ": truncated, " + size + " bytes");
    }
    ByteBuffer prefix = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
    readFully(channel, prefix, 0);
    long headerLength = prefix.getLong(0);
    if (headerLength < 2 || headerLength > MAX_HEADER) {
      throw UnmaskException.invalid(file + ": header length=" + headerLength);
    }
    if (8 + headerLength > size) {
      throw UnmaskException.invalid(
          file + ": truncated, header length=" + headerLength + " in a file of " + size + " bytes");
    }
    ByteBuffer header = ByteBuffer.allocate((int) headerLength);
    readFully(channel, header, 8);
    JsonNode json;
    try {
      json = Json.MAPPER.readTree(new String(header.array(), StandardCharsets.UTF_8));
    } catch (JsonProcessingException e) {
      throw UnmaskException.invalid(file + ": header: " + Json.firstLine(e));
    }
    if (json == null || !json.isObject()) {
      throw UnmaskException.invalid(file + ": header is not a JSON object");
    }
    long dataStart = 8 + headerLength;
    Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> entry : json.properties()) {
      if (!entry.getKey().equals("__metadata__")) {
        StoredTensor tensor = tensor(file, channel, dataStart, entry.getKey(), entry.getValue());
        tensors.put(entry.getKey(), tensor);
      }
    }
    checkLayout(file, tensors, dataStart, size);
    return tensors;
  }

  private static StoredTensor tensor(
      Path file, FileChannel channel, long dataStart, String name, JsonNode json) {
    String where = file + ": tensor " + name + ": ";
    String dtype = json.path("dtype").asText("");
    DataType type = DataType.ofSafetensors(dtype);
    if (type == null) {
      throw new UnmaskException(
          ErrorCode.UNSUPPORTED, where + "dtype=" + dtype + " is none of F32, F16, BF16");
    }
    JsonNode shapeJson = json.path("shape");
    JsonNode offsets = json.path("data_offsets");
    if (!shapeJson.isArray() || !offsets.isArray() || offsets.size() != 2) {
      throw UnmaskException.invalid(where + "no shape or no data_offsets");
    }
    long[] shape = new long[shapeJson.size()];
    long bytes = type.bytes();
    try {
      for (int i = 0; i < shape.length; i++) {
        shape[i] = integer(shapeJson.get(i));
        if (shape[i] < 0) {
          throw UnmaskException.invalid(where + "shape=" + shapeJson);
        }
        bytes = Math.multiplyExact(bytes, shape[i]);
      }
    } catch (ArithmeticException e) {
      throw UnmaskException.invalid(where + "shape=" + shapeJson);
    }
    long begin = integer(offsets.get(0));
    long end = integer(offsets.get(1));
    if (begin < 0 || end < begin || end - begin != bytes || end > Long.MAX_VALUE - dataStart) {
      throw UnmaskException.invalid(
          where + "data_offsets=" + offsets + " do not hold " + bytes + " bytes");
    }
    return new StoredTensor(file, channel, name, type, shape, dataStart + begin);
  }

  /** A JSON integer that fits a long, else -1. */
  private static long integer(JsonNode node) {
    return node.isIntegralNumber() && node.canConvertToLong() ? node.asLong() : -1;
  }

  private static void checkLayout(
      Path file, Map<String, StoredTensor> tensors, long dataStart, long size) {
    List<StoredTensor> ordered = new ArrayList<>(tensors.values());
    ordered.sort(
        Comparator.comparingLong(StoredTensor::offset).thenComparingLong(StoredTensor::elements));
    long free = dataStart;
    for (StoredTensor tensor : ordered) {
      long end = tensor.offset() + tensor.elements() * tensor.type().bytes();
      if (end > size) {
        throw UnmaskException.invalid(
            file + ": truncated, tensor " + tensor.name() + " ends at byte " + end + " of " + size);
      }
      if (tensor.offset() < free) {
        throw UnmaskException.invalid(
            file
                + ": tensor "
                + tensor.name()
                + " overlaps another one at byte "
                + tensor.offset());
      }
      free = end;
    }
  }

  private static void readFully(FileChannel channel, ByteBuffer buffer, long position)
      throws IOException {
    while (buffer.hasRemaining()) {
      int n = channel.read(buffer, position + buffer.position());
      if (n < 0) {
        throw new IOException("end of file");
      }
    }
  }
}
