package dev.unmask.server.http;

import com.fasterxml.jackson.core.JsonGenerator;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.io.IOException;
import java.util.Base64;
import java.util.List;

/**
 * Writes protobuf messages as Triton prints them: the names of the proto file, every field with its
 * default value but messages and choices that are not set, 64-bit integers as numbers, enums by
 * name. Any thread.
 */
final class ProtoJson {
  private ProtoJson() {}

  static byte[] bytes(Message message) {
    return Json.write(generator -> write(generator, message));
  }

  static void write(JsonGenerator out, Message message) throws IOException {
    out.writeStartObject();
    for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
      if (field.isRepeated() || !field.hasPresence() || message.hasField(field)) {
        out.writeFieldName(field.getName());
        value(out, field, message.getField(field));
      }
    }
    out.writeEndObject();
  }

  private static void value(JsonGenerator out, FieldDescriptor field, Object value)
      throws IOException {
    if (field.isMapField()) {
      FieldDescriptor key = field.getMessageType().findFieldByName("key");
      FieldDescriptor entryValue = field.getMessageType().findFieldByName("value");
      out.writeStartObject();
      for (Object entry : (List<?>) value) {
        Message pair = (Message) entry;
        out.writeFieldName(String.valueOf(pair.getField(key)));
        single(out, entryValue, pair.getField(entryValue));
      }
      out.writeEndObject();
    } else if (field.isRepeated()) {
      out.writeStartArray();
      for (Object element : (List<?>) value) {
        single(out, field, element);
      }
      out.writeEndArray();
    } else {
      single(out, field, value);
    }
  }

  private static void single(JsonGenerator out, FieldDescriptor field, Object value)
      throws IOException {
    switch (field.getType()) {
      case MESSAGE, GROUP -> write(out, (Message) value);
      case ENUM -> out.writeString(((EnumValueDescriptor) value).getName());
      case STRING -> out.writeString((String) value);
      case BYTES ->
          out.writeString(Base64.getEncoder().encodeToString(((ByteString) value).toByteArray()));
      case BOOL -> out.writeBoolean((Boolean) value);
      case FLOAT, DOUBLE -> Json.writeReal(out, ((Number) value).doubleValue());
      case UINT32, FIXED32 -> out.writeNumber(Integer.toUnsignedLong((Integer) value));
      case UINT64, FIXED64 -> out.writeNumber(Long.toUnsignedString((Long) value));
      default -> out.writeNumber(((Number) value).longValue());
    }
  }
}
