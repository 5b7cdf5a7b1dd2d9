package dev.unmask.capacity.load;

import dev.unmask.capacity.targets.Prompt;
import dev.unmask.capacity.targets.TargetRequest;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Makes requests of prompts. For a trace, the text of a prompt is as long as the trace says and the
 * answer has as many tokens; what the model says is of no meaning then.
 */
public final class RequestFactory {
  private final Map<String, Object> parameters;
  private final double charactersPerToken;
  private final int maxInputTokens;
  private final int maxOutputTokens;

  /**
   * Makes one.
   *
   * @param parameters of all requests; those of a prompt take precedence
   * @param charactersPerToken of the model's tokenizer, for prompts of a trace
   * @param maxInputTokens longest prompt of a trace; longer ones are cut
   * @param maxOutputTokens longest answer of a trace
   */
  public RequestFactory(
      Map<String, Object> parameters,
      double charactersPerToken,
      int maxInputTokens,
      int maxOutputTokens) {
    this.parameters = Map.copyOf(parameters);
    this.charactersPerToken = charactersPerToken;
    this.maxInputTokens = maxInputTokens;
    this.maxOutputTokens = maxOutputTokens;
  }

  TargetRequest of(String id, PromptEntry entry) {
    Map<String, Object> all = new LinkedHashMap<>(parameters);
    all.putAll(entry.parameters());
    return new TargetRequest(id, entry.prompt(), all);
  }

  TargetRequest of(String id, TraceRow row, PromptSource texts) {
    Map<String, Object> all = new LinkedHashMap<>(parameters);
    int output = Math.max(1, Math.min(maxOutputTokens, row.outputTokens()));
    all.put("max_tokens", output);
    all.put("ignore_eos", true);
    int input = Math.max(1, Math.min(maxInputTokens, row.inputTokens()));
    int characters = (int) Math.max(1, Math.round(input * charactersPerToken));
    StringBuilder text = new StringBuilder();
    while (text.length() < characters) {
      Prompt prompt = texts.next().prompt();
      if (prompt.raw()) {
        text.append(prompt.text());
      } else {
        prompt.messages().forEach(message -> text.append(message.content()));
      }
      text.append(' ');
    }
    text.setLength(characters);
    return new TargetRequest(id, Prompt.ofRaw(text.toString()), all);
  }
}
