package dev.unmask.server.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.unmask.bridge.text.ChatMessage;
import dev.unmask.request.Fields;
import dev.unmask.request.GenerationInput;
import dev.unmask.request.MessagesReader;
import dev.unmask.scheduler.UnmaskException;
import dev.unmask.server.ServedModel;
import java.util.List;

/** {@code /v1/chat/completions}: the next message of a conversation. */
final class ChatApi implements CompletionApi {
  private static final String MESSAGES = "messages";
  private static final MessagesReader READER = new MessagesReader(MESSAGES, true);

  @Override
  public String idPrefix() {
    return "chatcmpl-";
  }

  @Override
  public String object() {
    return "chat.completion";
  }

  @Override
  public String chunkObject() {
    return "chat.completion.chunk";
  }

  @Override
  public ApiRequest read(Fields fields, String requestId, long arrivalNanos) {
    UnsupportedFields.OF_CHAT.refuse(fields);
    CommonFields common = CommonFields.read(fields);
    GenerationInput input =
        new GenerationInput(
            common.id() == null ? requestId : common.id(),
            null,
            messages(fields),
            null,
            false,
            common.parameters(),
            common.stopWords(),
            common.badWords(),
            common.stream(),
            false,
            logprobs(fields),
            common.priority(),
            0,
            arrivalNanos);
    fields.refuseUnknown("chat completions");
    return new ApiRequest(common.model(), common.id(), "", common.includeUsage(), input);
  }

  private static List<ChatMessage> messages(Fields fields) {
    JsonNode node = fields.required(MESSAGES, "an array of messages");
    if (!(node instanceof ArrayNode array)) {
      throw fields.wrong(MESSAGES, node, "is not an array");
    }
    if (array.isEmpty()) {
      throw fields.wrong(MESSAGES, node, "has no message");
    }
    return READER.read(array);
  }

  private static int logprobs(Fields fields) {
    boolean wanted = fields.flag("logprobs", false);
    int alternatives = fields.integer("top_logprobs", 0, 0, CommonFields.MAX_LOGPROBS);
    if (!wanted && alternatives > 0) {
      throw UnmaskException.invalid("top_logprobs=" + alternatives + " needs logprobs=true");
    }
    return wanted ? alternatives : CommonFields.NO_LOGPROBS;
  }

  @Override
  public void check(ServedModel model) {
    if (!model.hasChatTemplate()) {
      throw UnmaskException.invalid(
          "model=\"" + model.name() + "\" has no chat template: ask /v1/completions");
    }
  }

  @Override
  public ChoiceWriter choice(ApiRequest request) {
    return new ChatChoice();
  }
}
