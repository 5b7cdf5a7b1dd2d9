package dev.unmask.importer;

import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Writes a graph as an ONNX ModelProto. Everything but the weights is encoded in memory; weights
 * are streamed, either into the message itself or into an external data file.
 *
 * <p>A protobuf message is preceded by its length, so lengths are added up before the first byte is
 * written.
 */
final class OnnxWriter {
  /** Operator set of the standard's nodes. */
  static final int OPSET = 24;

  private static final int MICROSOFT_OPSET = 1;

  private static final int IR_VERSION = 10;
  private static final int ALIGNMENT = 4096;
  private static final int INLINE_BYTES = 1024;

  private final OnnxGraph graph;
  private final String externalFile;

  /**
   * @param externalFile name of the external data file, null to keep all weights in the message
   */
  OnnxWriter(OnnxGraph graph, String externalFile) {
    this.graph = graph;
    this.externalFile = externalFile;
  }

  /** Bytes of all weights. */
  static long weightBytes(OnnxGraph graph) {
    return graph.initializers().stream().mapToLong(OnnxGraph.Initializer::byteLength).sum();
  }

  /** Writes the model; weights that are external are only referred to. */
  void writeModel(OutputStream out) throws IOException {
    byte[] body = graphWithoutInitializers();
    List<byte[]> heads = new ArrayList<>();
    long graphLength = body.length;
    long externalOffset = 0;
    for (OnnxGraph.Initializer initializer : graph.initializers()) {
      boolean external = isExternal(initializer);
      byte[] head = tensorHead(initializer, external ? externalOffset : -1);
      heads.add(head);
      long length = head.length + (external ? 0 : initializer.byteLength());
      graphLength +=
          CodedOutputStream.computeTagSize(5)
              + CodedOutputStream.computeUInt64SizeNoTag(length)
              + length;
      if (external) {
        externalOffset = aligned(externalOffset + initializer.byteLength());
      }
    }
    out.write(
        message(
            m -> {
              m.writeInt64(1, IR_VERSION);
              m.writeString(2, "unmask");
              m.writeByteArray(8, message(o -> o.writeInt64(2, OPSET)));
              if (usesMicrosoft()) {
                m.writeByteArray(8, opset(OnnxGraph.MICROSOFT, MICROSOFT_OPSET));
              }
              m.writeTag(7, 2);
              // The rest of the graph follows this prefix.
            }));
    writeVarint(out, graphLength);
    out.write(body);
    for (int i = 0; i < heads.size(); i++) {
      OnnxGraph.Initializer initializer = graph.initializers().get(i);
      boolean external = isExternal(initializer);
      out.write(message(m -> m.writeTag(5, 2)));
      writeVarint(out, heads.get(i).length + (external ? 0 : initializer.byteLength()));
      out.write(heads.get(i));
      if (!external) {
        initializer.data().writeTo(out);
      }
    }
  }

  /** Writes the external data file. */
  void writeExternalData(OutputStream out) throws IOException {
    long position = 0;
    for (OnnxGraph.Initializer initializer : graph.initializers()) {
      if (isExternal(initializer)) {
        long start = aligned(position);
        out.write(new byte[(int) (start - position)]);
        initializer.data().writeTo(out);
        position = start + initializer.byteLength();
      }
    }
  }

  private boolean isExternal(OnnxGraph.Initializer initializer) {
    return externalFile != null && initializer.byteLength() > INLINE_BYTES;
  }

  private static long aligned(long offset) {
    return (offset + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }

  private boolean usesMicrosoft() {
    return graph.nodes().stream().anyMatch(node -> node.domain().equals(OnnxGraph.MICROSOFT));
  }

  private static byte[] opset(String domain, int version) throws IOException {
    return message(
        o -> {
          o.writeString(1, domain);
          o.writeInt64(2, version);
        });
  }

  /** A TensorProto up to and including the length of its raw data. */
  private byte[] tensorHead(OnnxGraph.Initializer initializer, long externalOffset)
      throws IOException {
    return message(
        m -> {
          for (long dim : initializer.dims()) {
            m.writeInt64(1, dim);
          }
          m.writeInt32(2, initializer.elementType());
          m.writeString(8, initializer.name());
          if (externalOffset < 0) {
            m.writeTag(9, 2);
            m.writeUInt64NoTag(initializer.byteLength());
          } else {
            m.writeByteArray(13, entry("location", externalFile));
            m.writeByteArray(13, entry("offset", Long.toString(externalOffset)));
            m.writeByteArray(13, entry("length", Long.toString(initializer.byteLength())));
            m.writeInt32(14, 1);
          }
        });
  }

  private static byte[] entry(String key, String value) throws IOException {
    return message(
        m -> {
          m.writeString(1, key);
          m.writeString(2, value);
        });
  }

  private byte[] graphWithoutInitializers() throws IOException {
    return message(
        m -> {
          int index = 0;
          for (OnnxGraph.Node node : graph.nodes()) {
            m.writeByteArray(1, node(node, node.op() + "/" + index++));
          }
          m.writeString(2, "decoder");
          for (OnnxGraph.Value input : graph.inputs()) {
            m.writeByteArray(11, value(input));
          }
          for (OnnxGraph.Value output : graph.outputs()) {
            m.writeByteArray(12, value(output));
          }
        });
  }

  private static byte[] node(OnnxGraph.Node node, String name) throws IOException {
    return message(
        m -> {
          for (String input : node.inputs()) {
            m.writeString(1, input);
          }
          for (String output : node.outputs()) {
            m.writeString(2, output);
          }
          m.writeString(3, name);
          m.writeString(4, node.op());
          // Sorted, so that the same import gives the same bytes.
          for (Map.Entry<String, Object> attribute : new TreeMap<>(node.attributes()).entrySet()) {
            m.writeByteArray(5, attribute(attribute.getKey(), attribute.getValue()));
          }
          if (!node.domain().isEmpty()) {
            m.writeString(7, node.domain());
          }
        });
  }

  private static byte[] attribute(String name, Object value) throws IOException {
    return message(
        m -> {
          m.writeString(1, name);
          if (value instanceof Float number) {
            m.writeFloat(2, number);
            m.writeInt32(20, 1);
          } else if (value instanceof Long number) {
            m.writeInt64(3, number);
            m.writeInt32(20, 2);
          } else if (value instanceof long[] numbers) {
            for (long number : numbers) {
              m.writeInt64(8, number);
            }
            m.writeInt32(20, 7);
          } else {
            throw new IllegalArgumentException("attribute " + name + "=" + value);
          }
        });
  }

  private static byte[] value(OnnxGraph.Value value) throws IOException {
    byte[] shape =
        message(
            m -> {
              for (Object dim : value.dims()) {
                m.writeByteArray(
                    1,
                    message(
                        d -> {
                          if (dim instanceof Long size) {
                            d.writeInt64(1, size);
                          } else {
                            d.writeString(2, (String) dim);
                          }
                        }));
              }
            });
    byte[] tensor =
        message(
            m -> {
              m.writeInt32(1, value.elementType());
              m.writeByteArray(2, shape);
            });
    return message(
        m -> {
          m.writeString(1, value.name());
          m.writeByteArray(2, message(t -> t.writeByteArray(1, tensor)));
        });
  }

  /** Writes the fields of a message. */
  @FunctionalInterface
  private interface Fields {
    void write(CodedOutputStream out) throws IOException;
  }

  private static byte[] message(Fields fields) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream coded = CodedOutputStream.newInstance(bytes);
    fields.write(coded);
    coded.flush();
    return bytes.toByteArray();
  }

  private static void writeVarint(OutputStream out, long value) throws IOException {
    out.write(message(m -> m.writeUInt64NoTag(value)));
  }
}
