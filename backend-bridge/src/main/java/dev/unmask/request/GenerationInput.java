package dev.unmask.request;

import dev.unmask.bridge.text.ChatMessage;
import java.util.List;
import java.util.Map;

/**
 * What is to be generated, whatever protocol asked for it. Immutable. Exactly one of {@code text},
 * {@code messages} and {@code inputIds} is given.
 *
 * @param requestId its name in logs; may be empty
 * @param text a user's message, put through the model's chat template where it has one
 * @param messages a conversation, for a model with a chat template
 * @param inputIds token ids, taken as they are
 * @param plain with {@code text}: the text is continued as it stands, without a chat template
 * @param parameters by the names of {@link dev.unmask.scheduler.parameters.ParameterParser}; values
 *     String, Number, Boolean or List
 * @param stopWords texts that end the answer, which is cut before them
 * @param badWords texts that must not occur among the generated tokens
 * @param stream whether deltas are wanted; without, everything comes with the result
 * @param streamBlocks whether {@link BlockSnapshot}s are wanted
 * @param logprobs alternatives per token: -1 for no log-probabilities, 0 for the chosen token's own
 * @param priority 1 first; 0 for the default
 * @param timeoutMicros time from arrival after which it fails; 0 for none
 * @param arrivalNanos {@link System#nanoTime} of its arrival
 */
public record GenerationInput(
    String requestId,
    String text,
    List<ChatMessage> messages,
    int[] inputIds,
    boolean plain,
    Map<String, Object> parameters,
    List<String> stopWords,
    List<String> badWords,
    boolean stream,
    boolean streamBlocks,
    int logprobs,
    int priority,
    long timeoutMicros,
    long arrivalNanos) {}
