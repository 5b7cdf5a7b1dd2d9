package dev.unmask.request;

import dev.unmask.bridge.text.ChatMessage;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Builds inputs for tests; everything but what is set is at its default. */
final class GenerationInputs {
  private String text;
  private List<ChatMessage> messages;
  private int[] inputIds;
  private boolean plain;
  private final Map<String, Object> parameters = new HashMap<>();
  private List<String> stopWords = List.of();
  private List<String> badWords = List.of();
  private boolean stream;
  private boolean streamBlocks;
  private int logprobs = -1;
  private int priority;
  private long timeoutMicros;
  private long arrivalNanos = System.nanoTime();

  static GenerationInputs none() {
    return new GenerationInputs();
  }

  static GenerationInputs ids(int... ids) {
    GenerationInputs inputs = new GenerationInputs();
    inputs.inputIds = ids;
    return inputs;
  }

  static GenerationInputs text(String text) {
    return none().withText(text);
  }

  GenerationInputs withText(String value) {
    text = value;
    return this;
  }

  GenerationInputs withMessages(List<ChatMessage> value) {
    messages = value;
    return this;
  }

  GenerationInputs plain() {
    plain = true;
    return this;
  }

  GenerationInputs with(String name, Object value) {
    parameters.put(name, value);
    return this;
  }

  GenerationInputs stop(List<String> words) {
    stopWords = words;
    return this;
  }

  GenerationInputs bad(List<String> words) {
    badWords = words;
    return this;
  }

  GenerationInputs stream(boolean value) {
    stream = value;
    return this;
  }

  GenerationInputs streamBlocks() {
    streamBlocks = true;
    return this;
  }

  GenerationInputs logprobs(int value) {
    logprobs = value;
    return this;
  }

  GenerationInputs priority(int value) {
    priority = value;
    return this;
  }

  GenerationInputs timeout(long micros, long arrival) {
    timeoutMicros = micros;
    arrivalNanos = arrival;
    return this;
  }

  GenerationInput build() {
    return new GenerationInput(
        "test",
        text,
        messages,
        inputIds,
        plain,
        parameters,
        stopWords,
        badWords,
        stream,
        streamBlocks,
        logprobs,
        priority,
        timeoutMicros,
        arrivalNanos);
  }
}
