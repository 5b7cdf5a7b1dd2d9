package dev.unmask.client.langchain4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.request.DefaultChatRequestParameters;
import dev.unmask.client.Decoding;
import org.junit.jupiter.api.Test;

class UnmaskChatRequestParametersTest {
  private static final UnmaskChatRequestParameters OWN =
      UnmaskChatRequestParameters.builder()
          .modelName("m")
          .temperature(0.5)
          .decoding(Decoding.llada())
          .seed(1L)
          .build();

  @Test
  void overrideWith_own_winsWhereSet() {
    UnmaskChatRequestParameters merged =
        OWN.overrideWith(UnmaskChatRequestParameters.builder().topK(3).seed(2L).build());

    assertEquals(
        UnmaskChatRequestParameters.builder()
            .modelName("m")
            .temperature(0.5)
            .topK(3)
            .decoding(Decoding.llada())
            .seed(2L)
            .build(),
        merged);
  }

  @Test
  void overrideWith_usual_keepsOwn() {
    ChatRequestParameters usual = ChatRequestParameters.builder().temperature(0.1).build();

    UnmaskChatRequestParameters merged = OWN.overrideWith(usual);

    assertEquals(0.1, merged.temperature());
    assertEquals(Decoding.llada(), merged.decoding());
    assertEquals(1L, merged.seed());
  }

  @Test
  void defaultedBy_usual_keepsWhatIsSet() {
    ChatRequestParameters usual =
        ChatRequestParameters.builder().temperature(0.1).maxOutputTokens(9).build();

    UnmaskChatRequestParameters merged = OWN.defaultedBy(usual);

    assertEquals(0.5, merged.temperature());
    assertEquals(9, merged.maxOutputTokens());
    assertEquals(1L, merged.seed());
  }

  @Test
  void usual_overriddenWithOwn_isOwn() {
    ChatRequestParameters merged = DefaultChatRequestParameters.EMPTY.overrideWith(OWN);

    assertEquals(OWN, assertInstanceOf(UnmaskChatRequestParameters.class, merged));
    assertEquals(OWN.hashCode(), merged.hashCode());
  }

  @Test
  void equals_otherSeed_differs() {
    assertNotEquals(OWN, OWN.overrideWith(UnmaskChatRequestParameters.builder().seed(2L).build()));
    assertNotEquals(OWN, UnmaskChatRequestParameters.EMPTY);
  }
}
