package dev.unmask.bridge.engine.ort;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.CodedOutputStream;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CapacityDimensionTest {
  @ParameterizedTest
  @ValueSource(longs = {1, 100, 127, 128, 512, 16_383, 16_384, 131_072})
  void free_staticCapacity_becomesSymbol(long capacity) throws IOException {
    byte[] model = model(number(capacity), number(capacity));
    int letters = CodedOutputStream.computeUInt64SizeNoTag(capacity) - 1;
    byte[] expected = model(number(capacity), symbol("c".repeat(letters)));
    assertEquals(4, CapacityDimension.free(ByteBuffer.wrap(model)));
    assertArrayEquals(expected, model);
  }

  @Test
  void free_symbolAlready_changesNothing() throws IOException {
    byte[] model = model(number(512), symbol("capacity"));
    byte[] before = model.clone();
    assertEquals(0, CapacityDimension.free(ByteBuffer.wrap(model)));
    assertArrayEquals(before, model);
  }

  @Test
  void free_truncated_namesTheFile() throws IOException {
    byte[] model = model(number(512), number(512));
    ByteBuffer half = ByteBuffer.wrap(Arrays.copyOf(model, model.length / 2));
    UnmaskException e = assertThrows(UnmaskException.class, () -> CapacityDimension.free(half));
    assertEquals(ErrorCode.INVALID_ARGUMENT, e.code());
    assertTrue(e.getMessage().startsWith("model.onnx: truncated"), e.getMessage());
  }

  @Test
  void free_otherFile_isRefused() {
    ByteBuffer text = ByteBuffer.wrap("version https://git-lfs".getBytes(StandardCharsets.UTF_8));
    assertThrows(UnmaskException.class, () -> CapacityDimension.free(text));
  }

  /** A model whose weights hold bytes that look like the dimension, which must stay. */
  private static byte[] model(byte[] weights, byte[] capacity) throws IOException {
    byte[] graph =
        join(
            field(5, field(9, join(weights, field(1, weights)))),
            field(11, value("input_ids", symbol("batch"), number(512))),
            field(11, value("past_key.0", symbol("batch"), number(512), capacity, number(512))),
            field(11, value("attention_mask", symbol("b"), number(512), symbol("q"), capacity)),
            field(12, value("present_key.0", symbol("batch"), number(512), capacity, number(512))),
            field(12, value("top_probability", symbol("rows"), number(512), number(512))),
            field(13, value("past_value.0", symbol("batch"), number(512), capacity, number(512))));
    return join(new byte[] {8, 10}, field(7, graph), field(8, new byte[] {16, 24}));
  }

  private static byte[] value(String name, byte[]... dimensions) throws IOException {
    byte[] shape = new byte[0];
    for (byte[] dimension : dimensions) {
      shape = join(shape, field(1, dimension));
    }
    byte[] tensor = join(new byte[] {8, 1}, field(2, shape));
    return join(field(1, name.getBytes(StandardCharsets.UTF_8)), field(2, field(1, tensor)));
  }

  private static byte[] number(long value) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    out.writeUInt64(1, value);
    out.flush();
    return bytes.toByteArray();
  }

  private static byte[] symbol(String name) throws IOException {
    return field(2, name.getBytes(StandardCharsets.UTF_8));
  }

  private static byte[] field(int number, byte[] contents) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    out.writeByteArray(number, contents);
    out.flush();
    return bytes.toByteArray();
  }

  private static byte[] join(byte[]... parts) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      bytes.writeBytes(part);
    }
    return bytes.toByteArray();
  }
}
