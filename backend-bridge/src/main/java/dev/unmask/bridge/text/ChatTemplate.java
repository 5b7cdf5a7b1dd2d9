package dev.unmask.bridge.text;

import com.hubspot.jinjava.Jinjava;
import com.hubspot.jinjava.JinjavaConfig;
import com.hubspot.jinjava.LegacyOverrides;
import com.hubspot.jinjava.el.JinjavaInterpreterResolver;
import com.hubspot.jinjava.interpret.RenderResult;
import com.hubspot.jinjava.interpret.TemplateError;
import com.hubspot.jinjava.interpret.TemplateError.ErrorType;
import com.hubspot.jinjava.lib.fn.ELFunctionDefinition;
import dev.unmask.scheduler.UnmaskException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import jinjava.javax.el.CompositeELResolver;

/**
 * A model's chat template: Jinja, with the settings, variables, functions and filters that the
 * transformers library gives it. What a message says is never taken for template code. Thread-safe.
 */
public final class ChatTemplate {
  private static final Jinjava JINJA = newJinja();

  private final String source;
  private final Map<String, String> specialTokens;

  /**
   * @param source the template
   * @param specialTokens variables such as {@code bos_token}
   * @throws UnmaskException INVALID_ARGUMENT where it uses a construct that is not supported
   */
  public ChatTemplate(String source, Map<String, String> specialTokens) {
    this.source =
        TemplateSource.adapt(source, name -> JINJA.getGlobalContext().getFilter(name) != null);
    this.specialTokens = Map.copyOf(specialTokens);
  }

  /**
   * Reads the template of a version directory: {@code chat_template.jinja}, else the {@code
   * chat_template} of {@code tokenizer_config.json}.
   *
   * @return nothing where the model has none
   * @throws UnmaskException INVALID_ARGUMENT where the files do not parse
   */
  public static Optional<ChatTemplate> load(Path versionDirectory) {
    TokenizerConfig config = TokenizerConfig.read(versionDirectory);
    return config.chatTemplate().map(text -> new ChatTemplate(text, config.specialTokens()));
  }

  /**
   * Renders a conversation.
   *
   * @param addGenerationPrompt whether the text ends where the assistant's answer begins
   * @throws UnmaskException INVALID_ARGUMENT where the template fails or refuses the messages
   */
  public String render(List<ChatMessage> messages, boolean addGenerationPrompt) {
    List<Map<String, Object>> list = new ArrayList<>();
    for (ChatMessage message : messages) {
      Map<String, Object> fields = new LinkedHashMap<>();
      fields.put("role", message.role());
      fields.put("content", message.content());
      list.add(fields);
    }
    Map<String, Object> variables = new HashMap<>(specialTokens);
    variables.put("messages", list);
    variables.put("add_generation_prompt", addGenerationPrompt);
    variables.put("tools", null);
    variables.put("documents", null);
    RenderResult result = JINJA.renderForResult(source, variables);
    for (TemplateError error : result.getErrors()) {
      if (error.getSeverity() == ErrorType.FATAL) {
        throw UnmaskException.invalid("chat template: " + reason(error));
      }
    }
    return result.getOutput();
  }

  private static String reason(TemplateError error) {
    for (Throwable t = error.getException(); t != null; t = t.getCause()) {
      if (t instanceof TemplateFunctions.Raised) {
        return t.getMessage();
      }
    }
    String message = String.valueOf(error.getMessage());
    return message.lines().findFirst().orElse("") + " (line " + error.getLineno() + ")";
  }

  private static Jinjava newJinja() {
    CompositeELResolver resolver = new CompositeELResolver();
    resolver.add(new PythonMethods());
    resolver.add(JinjavaInterpreterResolver.DEFAULT_RESOLVER_READ_ONLY);
    Jinjava jinja =
        new Jinjava(
            JinjavaConfig.newBuilder()
                .withTrimBlocks(true)
                .withLstripBlocks(true)
                .withNestedInterpretationEnabled(false)
                .withElResolver(resolver)
                .withLegacyOverrides(
                    LegacyOverrides.newBuilder()
                        .withEvaluateMapKeys(true)
                        .withIterateOverMapKeys(true)
                        .withUsePyishObjectMapper(false)
                        .withUseSnakeCasePropertyNaming(true)
                        .withWhitespaceRequiredWithinTokens(false)
                        .withUseNaturalOperatorPrecedence(true)
                        .withParseWhitespaceControlStrictly(true)
                        .withAllowAdjacentTextNodes(true)
                        .withUseTrimmingForNotesAndExpressions(true)
                        .withKeepNullableLoopValues(true)
                        .build())
                .build());
    jinja.registerFunction(
        new ELFunctionDefinition(
            "", "raise_exception", TemplateFunctions.class, "raise", Object.class));
    jinja.registerFunction(
        new ELFunctionDefinition(
            "", "strftime_now", TemplateFunctions.class, "strftimeNow", String.class));
    jinja.registerFilter(new TemplateFunctions.ToJson());
    jinja.registerFilter(new TemplateFunctions.Trim());
    jinja.registerFilter(new TemplateFunctions.Items());
    jinja.registerTag(new TemplateFunctions.Generation());
    return jinja;
  }
}
