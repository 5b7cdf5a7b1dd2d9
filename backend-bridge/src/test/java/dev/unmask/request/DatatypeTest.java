package dev.unmask.request;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class DatatypeTest {
  @ParameterizedTest
  @EnumSource
  void of_ownName_isSameType(Datatype type) {
    assertEquals(type, Datatype.of(type.name(), "x"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "bytes", "STRING", "FP8", "TYPE_INT32"})
  void of_unknownName_isRefusedByName(String name) {
    UnmaskException error = assertThrows(UnmaskException.class, () -> Datatype.of(name, "x"));

    assertEquals(ErrorCode.INVALID_ARGUMENT, error.code());
    assertEquals("tensor 'x' has unknown datatype '" + name + "'", error.getMessage());
  }

  @ParameterizedTest
  @CsvSource({
    "BOOL,1",
    "UINT8,1",
    "UINT16,2",
    "UINT32,4",
    "UINT64,8",
    "INT8,1",
    "INT16,2",
    "INT32,4",
    "INT64,8",
    "FP16,2",
    "BF16,2",
    "FP32,4",
    "FP64,8",
    "BYTES,0"
  })
  void size_everyType_isThatOfItsElements(Datatype type, int size) {
    assertEquals(size, type.size());
  }

  @ParameterizedTest
  @CsvSource({"BYTES,TYPE_STRING", "BOOL,TYPE_BOOL", "UINT64,TYPE_UINT64", "BF16,TYPE_BF16"})
  void configType_type_isNameOfModelConfig(Datatype type, String expected) {
    assertEquals(expected, type.configType());
  }

  @ParameterizedTest
  @EnumSource
  void kind_everyType_isOneOfFour(Datatype type) {
    int kinds = (type.isFloat() ? 1 : 0) + (type.isInteger() ? 1 : 0);
    boolean other = type == Datatype.BOOL || type == Datatype.BYTES;

    assertTrue(other ? kinds == 0 : kinds == 1, type.name());
  }
}
