package dev.unmask.repository;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.unmask.scheduler.AttentionKind;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.ModelTraits;
import dev.unmask.scheduler.UnmaskException;
import dev.unmask.scheduler.parameters.Algorithm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The contents of {@code unmask.json}: everything about a model that its graph and its tokenizer do
 * not say. JSON keys are the component names in snake case.
 *
 * @param format version of this file's layout, {@value #FORMAT}
 * @param name the model's name in the repository
 * @param family the checkpoint's {@code model_type} in lower case: llada, llama, qwen2, qwen3,
 *     dream, sdar
 * @param attention attention kind id: causal, full, block_causal
 * @param shiftLogits whether the logits of position i predict the token of position i + 1
 * @param vocabSize entries of the output head
 * @param layers transformer layers
 * @param queryHeads attention heads
 * @param kvHeads key and value heads
 * @param headDim width of a head
 * @param hiddenSize width of the residual stream
 * @param intermediateSize width of the feed-forward layer
 * @param dtype of weights and KV cache: fp32, fp16, bf16; or int8, int4, where the weights of
 *     products are quantised and all else and the KV cache are fp32, which only ONNX Runtime's CPU
 *     engine runs
 * @param maxContext longest sequence, prompt and response together, in tokens
 * @param candidates candidates the graph returns per output
 * @param maskTokenId the mask token, null for a causal model
 * @param bosTokenId start of sequence, null if none
 * @param padTokenId padding, null if none
 * @param eosTokenIds tokens that end a response
 * @param specialTokenIds tokens whose logits the graph always returns, in that order; may be empty
 * @param blockSize block size the model was trained with, null for none
 * @param algorithms names of the algorithms the model may be asked for
 * @param defaultAlgorithm the one used when a request names none
 * @param defaultParameters parameter values used where a request gives none, by parameter name
 * @param parameterCount number of weights
 * @param hashes SHA-256 in hexadecimal of the files beside this one, by file name
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ModelManifest(
    int format,
    String name,
    String family,
    String attention,
    boolean shiftLogits,
    int vocabSize,
    int layers,
    int queryHeads,
    int kvHeads,
    int headDim,
    int hiddenSize,
    int intermediateSize,
    String dtype,
    int maxContext,
    int candidates,
    Integer maskTokenId,
    Integer bosTokenId,
    Integer padTokenId,
    List<Integer> eosTokenIds,
    List<Integer> specialTokenIds,
    Integer blockSize,
    List<String> algorithms,
    String defaultAlgorithm,
    Map<String, Object> defaultParameters,
    long parameterCount,
    Map<String, String> hashes) {

  /** The layout this build writes and reads. */
  public static final int FORMAT = 1;

  /** Name of the file in a version directory. */
  public static final String FILE_NAME = "unmask.json";

  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(SerializationFeature.INDENT_OUTPUT)
          .build();

  /**
   * Reads {@code unmask.json} of a version directory.
   *
   * @throws UnmaskException NOT_FOUND where there is none, INVALID_ARGUMENT where it does not parse
   */
  public static ModelManifest read(Path versionDirectory) {
    Path file = versionDirectory.resolve(FILE_NAME);
    if (!Files.isRegularFile(file)) {
      throw new UnmaskException(ErrorCode.NOT_FOUND, "no " + FILE_NAME + " in " + versionDirectory);
    }
    try {
      ModelManifest manifest = JSON.readValue(Files.readAllBytes(file), ModelManifest.class);
      if (manifest.format != FORMAT) {
        throw UnmaskException.invalid(
            file + ": format=" + manifest.format + ", this build reads " + FORMAT);
      }
      return manifest;
    } catch (JsonProcessingException e) {
      throw UnmaskException.invalid(file + ": " + e.getOriginalMessage());
    } catch (IOException e) {
      throw new UnmaskException(ErrorCode.UNAVAILABLE, file + ": " + e.getMessage(), e);
    }
  }

  /** Bytes of an element of the KV cache. */
  public int kvElementBytes() {
    return dtype.equals("fp16") || dtype.equals("bf16") ? 2 : 4;
  }

  /** Whether the weights of products are quantised. */
  public boolean quantized() {
    return dtype.equals("int8") || dtype.equals("int4");
  }

  /** What the scheduler must know of this model. */
  public ModelTraits traits() {
    Set<Algorithm> offered = EnumSet.noneOf(Algorithm.class);
    algorithms.forEach(id -> offered.add(Algorithm.of(id)));
    return new ModelTraits(
        AttentionKind.of(attention),
        shiftLogits,
        vocabSize,
        maskTokenId == null ? -1 : maskTokenId,
        eosTokenIds.stream().mapToInt(Integer::intValue).toArray(),
        maxContext,
        offered,
        Algorithm.of(defaultAlgorithm),
        defaultParameters == null ? Map.of() : defaultParameters);
  }

  /** This manifest as the text of {@code unmask.json}. */
  public String toJson() {
    try {
      return JSON.writeValueAsString(this) + "\n";
    } catch (JsonProcessingException e) {
      throw new UnmaskException(ErrorCode.INTERNAL, FILE_NAME + ": " + e.getOriginalMessage(), e);
    }
  }
}
