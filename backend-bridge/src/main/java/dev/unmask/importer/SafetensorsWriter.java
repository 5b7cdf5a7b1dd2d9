package dev.unmask.importer;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** Writes safetensors files; contents are produced while they are written. */
final class SafetensorsWriter {
  private static final int ALIGNMENT = 8;

  private SafetensorsWriter() {}

  /** Writes one file with all the tensors, in their order, in one format. */
  static void write(Path file, List<InflatedTensor> tensors, DataType type) throws IOException {
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 16)) {
      byte[] header = header(tensors, type);
      out.write(
          ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(header.length).array());
      out.write(header);
      for (InflatedTensor tensor : tensors) {
        tensor.writeTo(out, type);
      }
    }
  }

  /** Padded with spaces, so that the data starts aligned. */
  private static byte[] header(List<InflatedTensor> tensors, DataType type) {
    ObjectNode json = Json.MAPPER.createObjectNode();
    json.putObject("__metadata__").put("format", "pt");
    long offset = 0;
    for (InflatedTensor tensor : tensors) {
      long end = offset + tensor.elements() * type.bytes();
      ObjectNode entry = json.putObject(tensor.name());
      entry.put("dtype", type.safetensorsName());
      Arrays.stream(tensor.shape()).forEach(entry.putArray("shape")::add);
      entry.putArray("data_offsets").add(offset).add(end);
      offset = end;
    }
    byte[] text = json.toString().getBytes(StandardCharsets.UTF_8);
    int length = (text.length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    byte[] header = Arrays.copyOf(text, length);
    Arrays.fill(header, text.length, length, (byte) ' ');
    return header;
  }
}
