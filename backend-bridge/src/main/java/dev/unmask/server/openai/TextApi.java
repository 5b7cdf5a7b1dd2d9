package dev.unmask.server.openai;

import dev.unmask.request.Fields;
import dev.unmask.request.GenerationInput;
import dev.unmask.scheduler.UnmaskException;
import dev.unmask.server.ServedModel;

/** {@code /v1/completions}: what follows a text. */
final class TextApi implements CompletionApi {
  @Override
  public String idPrefix() {
    return "cmpl-";
  }

  @Override
  public String object() {
    return "text_completion";
  }

  @Override
  public String chunkObject() {
    return object();
  }

  @Override
  public ApiRequest read(Fields fields, String requestId, long arrivalNanos) {
    UnsupportedFields.OF_COMPLETIONS.refuse(fields);
    CommonFields common = CommonFields.read(fields);
    Prompt prompt = Prompt.read(fields);
    int logprobs =
        fields.integer("logprobs", CommonFields.NO_LOGPROBS, 0, CommonFields.MAX_LOGPROBS);
    boolean echo = fields.flag("echo", false);
    if (echo && prompt.text() == null) {
      throw UnmaskException.invalid("echo=true is not supported for a prompt of token ids");
    }
    if (echo && logprobs != CommonFields.NO_LOGPROBS) {
      throw UnmaskException.invalid("echo=true is not supported with logprobs");
    }
    fields.refuseUnknown("completions");
    GenerationInput input =
        new GenerationInput(
            common.id() == null ? requestId : common.id(),
            prompt.text(),
            null,
            prompt.tokenIds(),
            true,
            common.parameters(),
            common.stopWords(),
            common.badWords(),
            common.stream(),
            false,
            logprobs,
            common.priority(),
            0,
            arrivalNanos);
    return new ApiRequest(
        common.model(), common.id(), echo ? prompt.text() : "", common.includeUsage(), input);
  }

  @Override
  public void check(ServedModel model) {
    // Any model continues a text.
  }

  @Override
  public ChoiceWriter choice(ApiRequest request) {
    return new TextChoice(request.echo());
  }
}
