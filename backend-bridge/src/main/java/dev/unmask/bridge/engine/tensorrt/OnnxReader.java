package dev.unmask.bridge.engine.tensorrt;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.WireFormat;
import dev.unmask.bridge.engine.tensorrt.OnnxModel.Dim;
import dev.unmask.bridge.engine.tensorrt.OnnxModel.Initializer;
import dev.unmask.bridge.engine.tensorrt.OnnxModel.Node;
import dev.unmask.bridge.engine.tensorrt.OnnxModel.Value;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Reads {@code model.onnx}: all that the rules for a graph ask for, in one pass over the file that
 * skips the weights. Field numbers are those of onnx.proto.
 */
final class OnnxReader {
  /** Int64 tensors up to this many bytes are read: shapes, axes, counts. */
  private static final int SMALL_BYTES = 64 << 10;

  private final CodedInputStream in;

  private OnnxReader(CodedInputStream in) {
    this.in = in;
  }

  /**
   * Reads a model.
   *
   * @throws UnmaskException NOT_FOUND where there is no such file, INVALID_ARGUMENT where it is no
   *     ONNX model, UNAVAILABLE where it cannot be read
   */
  static OnnxModel read(Path file) {
    try (InputStream stream = Files.newInputStream(file)) {
      return new OnnxReader(CodedInputStream.newInstance(stream, 1 << 16)).model();
    } catch (NoSuchFileException e) {
      throw new UnmaskException(ErrorCode.NOT_FOUND, "no file " + file, e);
    } catch (InvalidProtocolBufferException e) {
      throw UnmaskException.invalid(file + ": no ONNX model: " + e.getMessage());
    } catch (IOException e) {
      throw new UnmaskException(ErrorCode.UNAVAILABLE, file + ": " + e.getMessage(), e);
    }
  }

  /** Reads one field; the tag has been read. */
  @FunctionalInterface
  private interface FieldReader {
    /**
     * @return false to have the field skipped
     */
    boolean read(int field) throws IOException;
  }

  private void fields(FieldReader reader) throws IOException {
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (!reader.read(WireFormat.getTagFieldNumber(tag))) {
        in.skipField(tag);
      }
    }
  }

  private void message(FieldReader reader) throws IOException {
    int limit = in.pushLimit(in.readRawVarint32());
    fields(reader);
    in.popLimit(limit);
  }

  /** A repeated number, packed or not. */
  private void integers(List<Long> into) throws IOException {
    int wireType = WireFormat.getTagWireType(in.getLastTag());
    if (wireType != WireFormat.WIRETYPE_LENGTH_DELIMITED) {
      into.add(in.readInt64());
      return;
    }
    int limit = in.pushLimit(in.readRawVarint32());
    while (!in.isAtEnd()) {
      into.add(in.readInt64());
    }
    in.popLimit(limit);
  }

  private OnnxModel model() throws IOException {
    Map<String, Long> opsets = new TreeMap<>();
    List<String> functions = new ArrayList<>();
    List<Node> nodes = new ArrayList<>();
    List<Value> inputs = new ArrayList<>();
    List<Value> outputs = new ArrayList<>();
    List<Initializer> initializers = new ArrayList<>();
    fields(
        field -> {
          switch (field) {
            case 7 ->
                message(
                    inner -> {
                      switch (inner) {
                        case 1 -> nodes.add(node());
                        case 5 -> initializers.add(tensor());
                        case 11 -> inputs.add(value());
                        case 12 -> outputs.add(value());
                        default -> {
                          return false;
                        }
                      }
                      return true;
                    });
            case 8 -> opset(opsets);
            case 25 -> functions.add(function());
            default -> {
              return false;
            }
          }
          return true;
        });
    return new OnnxModel(opsets, functions, nodes, inputs, outputs, initializers);
  }

  private void opset(Map<String, Long> opsets) throws IOException {
    String[] domain = {""};
    long[] version = {0};
    message(
        field -> {
          switch (field) {
            case 1 -> domain[0] = in.readString();
            case 2 -> version[0] = in.readInt64();
            default -> {
              return false;
            }
          }
          return true;
        });
    opsets.put(domain[0], version[0]);
  }

  private String function() throws IOException {
    String[] name = {""};
    message(
        field -> {
          if (field == 1) {
            name[0] = in.readString();
          }
          return field == 1;
        });
    return name[0];
  }

  private Node node() throws IOException {
    List<String> inputs = new ArrayList<>();
    List<String> outputs = new ArrayList<>();
    Map<String, Object> attributes = new HashMap<>();
    String[] texts = {"", "", ""};
    message(
        field -> {
          switch (field) {
            case 1 -> inputs.add(in.readString());
            case 2 -> outputs.add(in.readString());
            case 3 -> texts[0] = in.readString();
            case 4 -> texts[1] = in.readString();
            case 5 -> attribute(attributes);
            case 7 -> texts[2] = in.readString();
            default -> {
              return false;
            }
          }
          return true;
        });
    return new Node(texts[0], texts[1], texts[2], inputs, outputs, attributes);
  }

  private void attribute(Map<String, Object> attributes) throws IOException {
    String[] name = {""};
    Object[] value = {null};
    List<Long> integers = new ArrayList<>();
    message(
        field -> {
          switch (field) {
            case 1 -> name[0] = in.readString();
            case 2 -> value[0] = in.readFloat();
            case 3 -> value[0] = in.readInt64();
            case 4 -> value[0] = in.readString();
            case 8 -> integers(integers);
            default -> {
              return false;
            }
          }
          return true;
        });
    attributes.put(name[0], integers.isEmpty() ? value[0] : integers);
  }

  private Value value() throws IOException {
    String[] name = {""};
    int[] type = {0};
    List<Dim> dims = new ArrayList<>();
    message(
        field -> {
          switch (field) {
            case 1 -> name[0] = in.readString();
            case 2 ->
                message(
                    kind -> {
                      if (kind == 1) {
                        tensorType(type, dims);
                      }
                      return kind == 1;
                    });
            default -> {
              return false;
            }
          }
          return true;
        });
    return new Value(name[0], type[0], dims);
  }

  private void tensorType(int[] type, List<Dim> dims) throws IOException {
    message(
        field -> {
          switch (field) {
            case 1 -> type[0] = in.readInt32();
            case 2 ->
                message(
                    dimension -> {
                      if (dimension == 1) {
                        dims.add(dimension());
                      }
                      return dimension == 1;
                    });
            default -> {
              return false;
            }
          }
          return true;
        });
  }

  private Dim dimension() throws IOException {
    Dim[] result = {new Dim(-1, "")};
    message(
        field -> {
          switch (field) {
            case 1 -> result[0] = new Dim(in.readInt64(), null);
            case 2 -> result[0] = new Dim(-1, in.readString());
            default -> {
              return false;
            }
          }
          return true;
        });
    return result[0];
  }

  private Initializer tensor() throws IOException {
    List<Long> dims = new ArrayList<>();
    List<Long> integers = new ArrayList<>();
    int[] type = {0};
    String[] texts = {"", null};
    byte[][] raw = {null};
    message(
        field -> {
          switch (field) {
            case 1 -> integers(dims);
            case 2 -> type[0] = in.readInt32();
            case 8 -> texts[0] = in.readString();
            case 9 -> raw[0] = smallBytes();
            case 13 -> externalLocation(texts);
            default -> {
              return false;
            }
          }
          return true;
        });
    boolean readable = type[0] == OnnxModel.INT64 && raw[0] != null;
    if (readable) {
      ByteBuffer bytes = ByteBuffer.wrap(raw[0]).order(ByteOrder.LITTLE_ENDIAN);
      while (bytes.remaining() >= Long.BYTES) {
        integers.add(bytes.getLong());
      }
    }
    return new Initializer(texts[0], type[0], dims, readable ? integers : null, texts[1]);
  }

  private byte[] smallBytes() throws IOException {
    int size = in.readRawVarint32();
    if (size <= SMALL_BYTES) {
      return in.readRawBytes(size);
    }
    in.skipRawBytes(size);
    return null;
  }

  private void externalLocation(String[] texts) throws IOException {
    String[] entry = {"", ""};
    message(
        field -> {
          if (field == 1 || field == 2) {
            entry[field - 1] = in.readString();
          }
          return field == 1 || field == 2;
        });
    if (entry[0].equals("location")) {
      texts[1] = entry[1];
    }
  }
}
