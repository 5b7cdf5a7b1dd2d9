package dev.unmask.bridge.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Turns what a user wrote into the token ids of a prompt: through the chat template where the model
 * has one, else as plain text. The strings of control tokens in what was written stay text.
 * Thread-safe.
 */
public final class PromptEncoder {
  private final TextTokenizer tokenizer;
  private final Optional<ChatTemplate> template;

  /**
   * @param tokenizer borrowed
   * @param template nothing for a model without a chat template
   */
  public PromptEncoder(TextTokenizer tokenizer, Optional<ChatTemplate> template) {
    this.tokenizer = tokenizer;
    this.template = template;
  }

  /** Whether conversations can be encoded. */
  public boolean hasChatTemplate() {
    return template.isPresent();
  }

  /**
   * Token ids of a user's message, ready for the answer to follow.
   *
   * @throws dev.unmask.scheduler.UnmaskException INVALID_ARGUMENT where the template fails
   */
  public int[] encode(String prompt) {
    return template.isPresent()
        ? encode(List.of(ChatMessage.user(prompt)), true)
        : tokenizer.encodePlainPrompt(prompt);
  }

  /**
   * Token ids of a conversation.
   *
   * @param addGenerationPrompt whether the ids end where the assistant's answer begins
   * @throws dev.unmask.scheduler.UnmaskException INVALID_ARGUMENT where the template fails
   * @throws IllegalStateException where the model has no chat template
   */
  public int[] encode(List<ChatMessage> messages, boolean addGenerationPrompt) {
    List<String> texts = new ArrayList<>();
    for (ChatMessage message : messages) {
      texts.add(message.role());
      texts.add(message.content());
    }
    ControlTokenGuard guard = new ControlTokenGuard(tokenizer, texts);
    List<ChatMessage> harmless = new ArrayList<>();
    for (ChatMessage message : messages) {
      harmless.add(new ChatMessage(message.role(), guard.protect(message.content())));
    }
    String rendered =
        template
            .orElseThrow(() -> new IllegalStateException("no chat template"))
            .render(harmless, addGenerationPrompt);
    IdList ids = new IdList();
    tokenizer
        .splitter()
        .split(
            rendered,
            new AddedTokenSplitter.Sink() {
              @Override
              public void text(String text) {
                ids.addAll(tokenizer.encodeText(guard.restore(text)));
              }

              @Override
              public void token(AddedToken token) {
                ids.add(token.id());
              }
            });
    return ids.toArray();
  }
}
