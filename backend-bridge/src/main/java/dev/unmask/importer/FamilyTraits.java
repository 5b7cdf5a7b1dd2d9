package dev.unmask.importer;

import dev.unmask.scheduler.AttentionKind;
import dev.unmask.scheduler.UnmaskException;
import java.util.List;
import java.util.Map;

/**
 * How a model may be decoded.
 *
 * @param attention how positions see each other
 * @param shiftLogits whether position i predicts token i + 1
 * @param blockSize block size it was trained with, null for none
 * @param algorithms what requests may ask for; the first one is the default
 * @param parameters default parameter values
 */
record FamilyTraits(
    AttentionKind attention,
    boolean shiftLogits,
    Integer blockSize,
    List<String> algorithms,
    Map<String, Object> parameters) {

  /** Field of a {@code config.json} that says what its family alone does not. */
  static final String ATTENTION_FIELD = "unmask_attention";

  /** Field of a {@code config.json} with the block size. */
  static final String BLOCK_SIZE_FIELD = "block_size";

  private static final int D2F_BLOCK_SIZE = 32;
  private static final int SDAR_BLOCK_SIZE = 4;

  /** Derives the traits from family, configuration and what the caller chose. */
  static FamilyTraits of(Network network, ConfigFile config, ImportRequest request) {
    boolean diffusion =
        switch (network.family()) {
          case "llada", "dream", "sdar" -> true;
          default -> false;
        };
    AttentionKind attention = request.attention();
    if (attention == null && config.has(ATTENTION_FIELD)) {
      attention = AttentionKind.of(config.text(ATTENTION_FIELD));
    }
    if (attention == null) {
      attention = familyAttention(network.family(), request.adapter() != null);
    } else if (diffusion == (attention == AttentionKind.CAUSAL)) {
      throw UnmaskException.invalid(
          "attention=" + attention.id() + " does not fit model_type=" + network.family());
    }
    requireBlockSizeFits(attention, request);
    boolean shift = !diffusion || network.family().equals("dream");
    return switch (attention) {
      case CAUSAL -> new FamilyTraits(attention, shift, null, List.of("autoregressive"), Map.of());
      case FULL ->
          new FamilyTraits(
              attention,
              shift,
              null,
              network.family().equals("dream")
                  ? List.of("dream", "llada", "fast_dllm")
                  : List.of("llada", "fast_dllm", "dream"),
              Map.of());
      case BLOCK_CAUSAL -> {
        boolean sdar = network.family().equals("sdar");
        int blockSize =
            request.blockSize() != null
                ? request.blockSize()
                : config.positiveInt(BLOCK_SIZE_FIELD, sdar ? SDAR_BLOCK_SIZE : D2F_BLOCK_SIZE);
        yield sdar
            ? new FamilyTraits(
                attention,
                shift,
                blockSize,
                List.of("block_diffusion"),
                Map.of("block_length", blockSize))
            : new FamilyTraits(
                attention,
                shift,
                blockSize,
                List.of("d2f", "block_diffusion"),
                Map.of("block_size", blockSize));
      }
    };
  }

  private static void requireBlockSizeFits(AttentionKind attention, ImportRequest request) {
    Integer size = request.blockSize();
    if (size != null && attention != AttentionKind.BLOCK_CAUSAL) {
      throw UnmaskException.invalid(
          "block_size=" + size + " has no meaning with attention=" + attention.id());
    }
    if (size != null && size < 1) {
      throw UnmaskException.invalid("block_size=" + size + " is not positive");
    }
  }

  private static AttentionKind familyAttention(String family, boolean adapted) {
    return switch (family) {
      case "llada", "dream" -> adapted ? AttentionKind.BLOCK_CAUSAL : AttentionKind.FULL;
      case "sdar" -> AttentionKind.BLOCK_CAUSAL;
      default -> AttentionKind.CAUSAL;
    };
  }
}
