package dev.unmask.request;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.ReadOnlyBufferException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class TensorTest {
  private static ByteBuffer hex(String bytes) {
    return ByteBuffer.wrap(HexFormat.of().parseHex(bytes));
  }

  private static long[] shape(long... dims) {
    return dims;
  }

  private static Tensor tensor(Datatype type, int elements, String bytes) {
    return Tensor.of("x", type, shape(elements), hex(bytes));
  }

  @ParameterizedTest
  @EnumSource
  void of_oneByteTooMany_isRefused(Datatype type) {
    ByteBuffer bytes = ByteBuffer.allocate(type == Datatype.BYTES ? 4 + 1 : type.size() + 1);

    assertRefused(() -> Tensor.of("x", type, shape(1), bytes), "input 'x' has ");
  }

  @ParameterizedTest
  @EnumSource
  void of_oneByteTooFew_isRefused(Datatype type) {
    ByteBuffer bytes = ByteBuffer.allocate(type == Datatype.BYTES ? 3 : type.size() - 1);

    assertRefused(() -> Tensor.of("x", type, shape(1), bytes), "input 'x' ");
  }

  static Stream<Arguments> faults() {
    return Stream.of(
        arguments(
            Datatype.INT32,
            shape(3),
            "0000000000000000",
            "input 'x' has 8 bytes, but 12 are expected for datatype INT32 and shape [3]"),
        arguments(
            Datatype.INT32,
            shape(2, -1),
            "0000000000000000",
            "input 'x' has a negative dimension in shape [2, -1]"),
        arguments(
            Datatype.INT8,
            shape(1L << 32, 1L << 32),
            "",
            "input 'x' has too many elements: shape [4294967296, 4294967296]"),
        arguments(
            Datatype.INT8,
            shape(1 << 16, 1 << 16),
            "",
            "input 'x' has too many elements: shape [65536, 65536]"),
        arguments(
            Datatype.FP64,
            shape(Integer.MAX_VALUE),
            "00",
            "input 'x' has 1 bytes, but 17179869176 are expected for datatype FP64 and shape"
                + " [2147483647]"),
        arguments(
            Datatype.BYTES,
            shape(Integer.MAX_VALUE),
            "00000000",
            "input 'x' is too short for 2147483647 elements of BYTES"),
        arguments(
            Datatype.BYTES,
            shape(2),
            "0000000001",
            "input 'x' is too short for 2 elements of BYTES"),
        arguments(
            Datatype.BYTES,
            shape(2),
            "0400000000000000",
            "input 'x' is too short for 2 elements of BYTES"),
        arguments(
            Datatype.BYTES,
            shape(1),
            "030000006162",
            "input 'x' is too short for 1 elements of BYTES"),
        arguments(
            Datatype.BYTES,
            shape(1),
            "ffffffff6162",
            "input 'x' is too short for 1 elements of BYTES"),
        arguments(
            Datatype.BYTES,
            shape(1),
            "000000806162",
            "input 'x' is too short for 1 elements of BYTES"),
        arguments(
            Datatype.BYTES,
            shape(1),
            "01000000616263",
            "input 'x' has 2 bytes more than its 1 elements of BYTES"),
        arguments(
            Datatype.BYTES,
            shape(0),
            "00",
            "input 'x' has 1 bytes more than its 0 elements of BYTES"));
  }

  @ParameterizedTest
  @MethodSource("faults")
  void of_contentThatDoesNotFit_isRefused(
      Datatype type, long[] shape, String bytes, String message) {
    assertRefused(() -> Tensor.of("x", type, shape, hex(bytes)), message);
  }

  private static void assertRefused(Runnable action, String message) {
    UnmaskException error = assertThrows(UnmaskException.class, action::run);

    assertEquals(ErrorCode.INVALID_ARGUMENT, error.code());
    assertTrue(error.getMessage().startsWith(message), error.getMessage());
  }

  @Test
  void of_emptyShapes_haveNoOrOneElement() {
    assertEquals(0, Tensor.of("x", Datatype.INT64, shape(0), hex("")).elements());
    assertEquals(0, Tensor.of("x", Datatype.INT64, shape(0, Long.MAX_VALUE), hex("")).elements());
    assertEquals(1, Tensor.of("x", Datatype.INT8, shape(), hex("05")).elements());
    assertEquals(0, Tensor.of("x", Datatype.BYTES, shape(0), hex("")).elements());
  }

  @ParameterizedTest
  @CsvSource({
    "INT8,ff,-1",
    "UINT8,ff,255",
    "INT16,0080,-32768",
    "UINT16,0080,32768",
    "INT32,ffffffff,-1",
    "UINT32,ffffffff,4294967295",
    "INT64,0100000000000080,-9223372036854775807",
    "UINT64,ffffffffffffffff,-1",
    "INT32,01020304,67305985"
  })
  void integer_littleEndianBytes_isTheirValue(Datatype type, String bytes, long value) {
    assertEquals(value, tensor(type, 1, bytes).integer(0));
  }

  @ParameterizedTest
  @CsvSource({
    "FP16,003c,1.0",
    "FP16,00bc,-1.0",
    "FP16,ff7b,65504.0",
    "FP16,0100,5.960464477539063E-8",
    "FP16,ff03,6.097555160522461E-5",
    "FP16,0004,6.103515625E-5",
    "FP16,0000,0.0",
    "FP16,0080,-0.0",
    "FP16,007c,Infinity",
    "FP16,00fc,-Infinity",
    "FP16,017c,NaN",
    "FP16,5535,0.333251953125",
    "BF16,803f,1.0",
    "BF16,80bf,-1.0",
    "BF16,ab3e,0.333984375",
    "BF16,807f,Infinity",
    "BF16,c07f,NaN",
    "FP32,0000c03f,1.5",
    "FP64,000000000000f83f,1.5"
  })
  void real_littleEndianBytes_isTheirValue(Datatype type, String bytes, double value) {
    assertEquals(value, tensor(type, 1, bytes).real(0));
  }

  @Test
  void accessors_laterElements_areFoundAtTheirPlace() {
    assertEquals(2, tensor(Datatype.INT16, 2, "01000200").integer(1));
    assertEquals(2.0, tensor(Datatype.FP16, 2, "003c0040").real(1));
    assertTrue(tensor(Datatype.BOOL, 2, "0001").bool(1));
    Tensor words = tensor(Datatype.BYTES, 3, "020000006162" + "00000000" + "0200000063c3");
    assertEquals("ab", words.text(0));
    assertArrayEquals(new byte[0], words.bytes(1));
    assertArrayEquals(new byte[] {'c', (byte) 0xc3}, words.bytes(2));
  }

  @Test
  void accessors_otherTypes_areRefused() {
    Tensor flag = Tensor.ofBools("x", true);
    assertThrows(IllegalStateException.class, () -> flag.integer(0));
    assertThrows(IllegalStateException.class, () -> flag.real(0));
    assertThrows(IllegalStateException.class, () -> flag.bytes(0));
    assertThrows(IllegalStateException.class, () -> Tensor.ofInts("x", 1).bool(0));
    assertThrows(IllegalStateException.class, () -> Tensor.ofInts("x", 1).real(0));
    assertThrows(IllegalStateException.class, () -> Tensor.ofFloats("x", 1).integer(0));
  }

  @Test
  void factories_values_roundTripWithShapeAndType() {
    assertTensor(Tensor.ofInts("x", -1, 2), Datatype.INT32, "ffffffff02000000");
    assertTensor(Tensor.ofUnsignedInts("x", -1, 2), Datatype.UINT32, "ffffffff02000000");
    assertTensor(
        Tensor.ofLongs("x", 1, 2), Datatype.INT64, "01" + "00".repeat(7) + "02" + "00".repeat(7));
    assertTensor(
        Tensor.ofUnsignedLongs("x", -1, 2),
        Datatype.UINT64,
        "ff".repeat(8) + "02" + "00".repeat(7));
    assertTensor(Tensor.ofFloats("x", 1.5f, -0f), Datatype.FP32, "0000c03f00000080");
    assertTensor(Tensor.ofBools("x", true, false), Datatype.BOOL, "0100");
    assertTensor(Tensor.ofStrings("x", "é", ""), Datatype.BYTES, "02000000c3a900000000");
  }

  private static void assertTensor(Tensor tensor, Datatype type, String bytes) {
    assertEquals("x " + type + "[2]", tensor.toString());
    assertEquals(type, tensor.datatype());
    assertArrayEquals(shape(2), tensor.shape());
    ByteBuffer content = tensor.content();
    byte[] copy = new byte[content.remaining()];
    content.get(copy);
    assertEquals(bytes, HexFormat.of().formatHex(copy));
  }

  @Test
  void of_partOfBigEndianBuffer_isReadLittleEndianFromItsPosition() {
    ByteBuffer bytes = hex("ffff0100000002000000ff").order(ByteOrder.BIG_ENDIAN);
    bytes.position(2).limit(10);

    Tensor tensor = Tensor.of("x", Datatype.INT32, shape(1, 2), bytes);

    assertEquals(1, tensor.integer(0));
    assertEquals(2, tensor.integer(1));
    assertEquals(2, bytes.position());
  }

  @Test
  void content_view_isReadOnlyLittleEndianAndOfItsOwnPosition() {
    Tensor tensor = Tensor.ofInts("x", 7);
    ByteBuffer view = tensor.content();

    assertThrows(ReadOnlyBufferException.class, () -> view.put(0, (byte) 1));
    assertEquals(7, view.getInt());
    assertEquals(Integer.BYTES, tensor.content().remaining());
  }

  @Test
  void shape_changedByCaller_staysAsItWas() {
    long[] shape = {1};
    Tensor tensor = Tensor.of("x", Datatype.INT8, shape, hex("01"));
    shape[0] = 5;
    tensor.shape()[0] = 6;

    assertArrayEquals(shape(1), tensor.shape());
  }

  @Test
  void text_utf8_isDecoded() {
    byte[] bytes = "日本\n語".getBytes(StandardCharsets.UTF_8);

    assertEquals("日本\n語", Tensor.ofBytes("x", shape(1, 1), bytes).text(0));
  }
}
