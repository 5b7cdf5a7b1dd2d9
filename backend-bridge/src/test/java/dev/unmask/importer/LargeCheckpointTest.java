package dev.unmask.importer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A checkpoint many times the size of the heap. */
class LargeCheckpointTest {
  private static final long VOCAB = 1 << 16;
  private static final long HIDDEN = 512;
  private static final long INNER = 256;
  private static final String LAYER = "model.layers.0.";

  @TempDir Path work;

  private final ObjectNode header = Json.MAPPER.createObjectNode();
  private long end;

  /** In int8 the embedding is copied as it is, and the head quantised. */
  @Test
  void import_moreWeightsThanHeap_streamsThem() throws Exception {
    Path checkpoint = writeCheckpoint();
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx32m",
                "-XX:MaxDirectMemorySize=16m",
                "-cp",
                System.getProperty("java.class.path"),
                ImportMain.class.getName(),
                "--checkpoint",
                checkpoint.toString(),
                "--repository",
                work.resolve("models").toString(),
                "--name",
                "large",
                "--dtype",
                "int8")
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), output);
    long size = Files.size(work.resolve("models/large/1/model.onnx"));
    long table = VOCAB * HIDDEN;
    long expected = table * Float.BYTES + table + VOCAB * Float.BYTES;
    assertTrue(size > expected && size < expected + (4L << 20), size + " bytes of " + expected);
  }

  /** All weights are zeros in a sparse file. */
  private Path writeCheckpoint() throws IOException {
    Path directory = TestCheckpoint.copyOf("qwen2-gqa-tied", work).directory();
    ObjectNode config = (ObjectNode) Json.read(directory.resolve("config.json"));
    config.put("hidden_size", HIDDEN).put("intermediate_size", INNER).put("vocab_size", VOCAB);
    config.put("num_hidden_layers", 1).put("num_key_value_heads", 4);
    config.put("tie_word_embeddings", false);
    Files.writeString(directory.resolve("config.json"), config.toString());
    add("model.embed_tokens.weight", VOCAB, HIDDEN);
    add("lm_head.weight", VOCAB, HIDDEN);
    for (String norm :
        List.of("model.norm", LAYER + "input_layernorm", LAYER + "post_attention_layernorm")) {
      add(norm + ".weight", HIDDEN);
    }
    for (String projection : List.of("q_proj", "k_proj", "v_proj", "o_proj")) {
      add(LAYER + "self_attn." + projection + ".weight", HIDDEN, HIDDEN);
      if (!projection.equals("o_proj")) {
        add(LAYER + "self_attn." + projection + ".bias", HIDDEN);
      }
    }
    add(LAYER + "mlp.gate_proj.weight", INNER, HIDDEN);
    add(LAYER + "mlp.up_proj.weight", INNER, HIDDEN);
    add(LAYER + "mlp.down_proj.weight", HIDDEN, INNER);
    byte[] text = header.toString().getBytes(StandardCharsets.UTF_8);
    try (RandomAccessFile file =
        new RandomAccessFile(directory.resolve("model.safetensors").toFile(), "rw")) {
      file.setLength(0);
      file.write(
          ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(text.length).array());
      file.write(text);
      file.setLength(8 + text.length + end);
    }
    return directory;
  }

  private void add(String name, long... shape) {
    long bytes = 4;
    ObjectNode tensor = header.putObject(name).put("dtype", "F32");
    for (long dim : shape) {
      tensor.withArray("shape").add(dim);
      bytes *= dim;
    }
    tensor.withArray("data_offsets").add(end).add(end + bytes);
    end += bytes;
  }
}
