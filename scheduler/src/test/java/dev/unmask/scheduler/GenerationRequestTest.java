package dev.unmask.scheduler;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.junit.jupiter.api.Test;

class GenerationRequestTest {
  private static UnmaskException refused(int promptTokens, Map<String, ?> parameters) {
    return assertThrows(
        UnmaskException.class,
        () ->
            GenerationRequest.ofPrompt(
                new int[promptTokens], parameters, ToyEngine.traits(AttentionKind.FULL, false, 8)));
  }

  private static void assertContextExceeded(String message, UnmaskException e) {
    assertEquals(message, e.getMessage());
    assertSame(ErrorCode.INVALID_ARGUMENT, e.code());
    assertTrue(e.isContextExceeded());
  }

  @Test
  void prompt_fillsTheContext_contextExceeded() {
    assertContextExceeded(
        "the prompt has 8 tokens, which leaves no room in the context of 8", refused(8, Map.of()));
  }

  @Test
  void maxTokens_beyondWhatThePromptLeaves_contextExceeded() {
    assertContextExceeded(
        "max_tokens=5 is more than the 4 the context leaves", refused(4, Map.of("max_tokens", 5)));
  }

  @Test
  void decoding_needsMorePositionsThanTheContext_contextExceeded() {
    assertContextExceeded(
        "prompt and response need 12 positions (cfg_scale=1.0 decodes two copies), the context has"
            + " 8",
        refused(2, Map.of("algorithm", "llada", "max_tokens", 4, "cfg_scale", 1)));
  }

  @Test
  void infill_longerThanTheContext_contextExceeded() {
    assertContextExceeded(
        "infill has 9 tokens, the context 8",
        assertThrows(
            UnmaskException.class,
            () ->
                GenerationRequest.ofInfill(
                    new int[9],
                    new boolean[9],
                    Map.of(),
                    ToyEngine.traits(AttentionKind.FULL, false, 8))));
  }

  @Test
  void otherFault_isNoExceededContext() {
    assertFalse(refused(2, Map.of("top_p", 0)).isContextExceeded());
  }
}
