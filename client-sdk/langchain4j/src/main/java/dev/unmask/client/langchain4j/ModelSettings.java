package dev.unmask.client.langchain4j;

import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.unmask.client.UnmaskClient;
import java.util.List;

/**
 * What a model has.
 *
 * @param client borrowed
 * @param defaults parameters of requests that do not set them, a model name among them
 * @param listeners unmodifiable
 */
record ModelSettings(
    UnmaskClient client, UnmaskChatRequestParameters defaults, List<ChatModelListener> listeners) {}
