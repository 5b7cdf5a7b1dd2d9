package dev.unmask.bridge.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;

/** Tokenizers of every family and random texts. */
public final class TextFixtures {
  static final List<String> MODELS =
      List.of(
          "dream-bf16",
          "llada-gqa-tied",
          "llama-attention-bias-f16",
          "llama-gqa-llama3rope-tied",
          "qwen2-gqa-tied",
          "qwen3-gqa",
          "sdar-sharded",
          "tiny-ar",
          "tiny-llada");

  static final ObjectMapper JSON = new ObjectMapper();

  private static final String[] ALPHABET = {
    " ",
    " ",
    "\n",
    "\t",
    "a",
    "e",
    "th",
    "The ",
    "he",
    "'s",
    "'LL",
    "1",
    "23",
    "456",
    ".",
    ",",
    "<",
    ">",
    "|",
    "<|",
    "|>",
    "_id",
    "[",
    "]",
    "é",
    "e\u0301",
    "ﬁ",
    "Ａ",
    "東京",
    "한",
    "🙂",
    "👩‍💻",
    "\u00a0",
    "\u2003",
    "\u200b",
    "\u0338",
    "\r\n",
    "ß",
    "İ",
    "\u0000",
    "def f(x):\n    return x\n",
    "{\"a\": 1}"
  };

  private TextFixtures() {}

  public static Path directory(String model) {
    try {
      return Path.of(Objects.requireNonNull(TextFixtures.class.getResource(model)).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  static JsonNode json(Path file) throws IOException {
    return JSON.readTree(Files.readAllBytes(file));
  }

  static List<JsonNode> jsonLines(Path file) throws IOException {
    List<JsonNode> lines = new ArrayList<>();
    for (String line : Files.readAllLines(file)) {
      lines.add(JSON.readTree(line));
    }
    return lines;
  }

  static int[] ints(JsonNode array) {
    int[] result = new int[array.size()];
    for (int i = 0; i < result.length; i++) {
      result[i] = array.get(i).asInt();
    }
    return result;
  }

  static String randomText(Random random) {
    StringBuilder text = new StringBuilder();
    for (int n = random.nextInt(25); n > 0; n--) {
      text.append(ALPHABET[random.nextInt(ALPHABET.length)]);
    }
    return text.toString();
  }

  /** Random text with added tokens in between. */
  static String randomText(Random random, List<AddedToken> tokens) {
    StringBuilder text = new StringBuilder(randomText(random));
    for (int n = random.nextInt(5); n > 0; n--) {
      text.append(tokens.get(random.nextInt(tokens.size())).content());
      if (random.nextBoolean()) {
        text.append(randomText(random));
      }
    }
    return text.toString();
  }
}
