package dev.unmask.client;

import dev.unmask.client.internal.Checks;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * What is to be generated. Immutable. Values that would be wrong for every model are refused with
 * the server's message when they are set; what depends on the model, the server refuses.
 */
public final class GenerateRequest {
  private final String model;
  private final String modelVersion;
  private final String requestId;
  private final ModelFormat format;
  private final String prompt;
  private final List<ChatMessage> messages;
  private final int[] inputIds;
  private final Map<String, Object> decoding;
  private final Map<String, Object> others;
  private final boolean tokenIds;
  private final boolean logprobs;
  private final boolean blockSnapshots;
  private final Duration timeout;

  private GenerateRequest(Builder builder) {
    model = builder.model;
    modelVersion = builder.modelVersion;
    requestId = builder.requestId;
    format = builder.format;
    prompt = builder.prompt;
    messages = builder.messages;
    inputIds = builder.inputIds;
    decoding = builder.decoding;
    others = new LinkedHashMap<>(builder.parameters);
    tokenIds = builder.tokenIds;
    logprobs = builder.logprobs;
    blockSnapshots = builder.blockSnapshots;
    timeout = builder.timeout;
  }

  /**
   * Begins a request.
   *
   * @param model name of the model
   * @return a builder without a prompt
   */
  public static Builder builder(String model) {
    return new Builder(model);
  }

  /**
   * A request with the model's defaults.
   *
   * @param model name of the model
   * @param prompt the user's message
   * @return the request
   */
  public static GenerateRequest of(String model, String prompt) {
    return builder(model).prompt(prompt).build();
  }

  /**
   * Begins another request from this one.
   *
   * @return a builder with all that this request has
   */
  public Builder toBuilder() {
    return new Builder(this);
  }

  /**
   * The model.
   *
   * @return its name
   */
  public String model() {
    return model;
  }

  /**
   * The version of the model.
   *
   * @return empty where the server is to choose
   */
  public String modelVersion() {
    return modelVersion;
  }

  /**
   * The request's id, for logs and traces.
   *
   * @return may be empty
   */
  public String requestId() {
    return requestId;
  }

  /**
   * Which names the model's tensors have.
   *
   * @return never null
   */
  public ModelFormat format() {
    return format;
  }

  /**
   * The text to answer or to continue.
   *
   * @return empty where messages or token ids are given instead
   */
  public Optional<String> prompt() {
    return Optional.ofNullable(prompt);
  }

  /**
   * The conversation to continue.
   *
   * @return empty where a text or token ids are given instead
   */
  public List<ChatMessage> messages() {
    return messages == null ? List.of() : messages;
  }

  /**
   * The token ids to continue.
   *
   * @return a copy; empty where a text or messages are given instead
   */
  public Optional<int[]> inputIds() {
    return Optional.ofNullable(inputIds).map(int[]::clone);
  }

  /**
   * All parameters by the names they are sent under.
   *
   * @return unmodifiable: String, Boolean, Integer, Long, Double, {@code List<String>} or {@code
   *     List<Integer>}
   */
  public Map<String, Object> parameters() {
    Map<String, Object> all = new LinkedHashMap<>(decoding);
    all.putAll(others);
    return Collections.unmodifiableMap(all);
  }

  /**
   * Whether token ids are wanted.
   *
   * @return as the builder was told
   */
  public boolean wantsTokenIds() {
    return tokenIds;
  }

  /**
   * Whether log-probabilities are wanted.
   *
   * @return as the builder was told
   */
  public boolean wantsLogprobs() {
    return logprobs;
  }

  /**
   * Whether block snapshots are wanted.
   *
   * @return as the builder was told
   */
  public boolean wantsBlockSnapshots() {
    return blockSnapshots;
  }

  /**
   * How long the request may take in all.
   *
   * @return empty for the client's own timeout
   */
  public Optional<Duration> timeout() {
    return Optional.ofNullable(timeout);
  }

  @Override
  public String toString() {
    return "GenerateRequest[model="
        + model
        + ", requestId="
        + requestId
        + ", parameters="
        + parameters()
        + "]";
  }

  /** Collects what a request says. Not thread-safe. */
  public static final class Builder {
    private static final int MAX_LIST = 4096;
    private static final int MAX_LOGPROBS = 32;

    private final String model;
    private String modelVersion = "";
    private String requestId = "";
    private ModelFormat format = ModelFormat.UNMASK;
    private String prompt;
    private List<ChatMessage> messages;
    private int[] inputIds;
    private Map<String, Object> decoding = Map.of();
    private final Map<String, Object> parameters = new LinkedHashMap<>();
    private boolean tokenIds;
    private boolean logprobs;
    private boolean blockSnapshots;
    private Duration timeout;

    private Builder(String model) {
      this.model = Objects.requireNonNull(model, "model");
      Checks.require(!model.isEmpty(), "model is empty");
    }

    private Builder(GenerateRequest from) {
      model = from.model;
      modelVersion = from.modelVersion;
      requestId = from.requestId;
      format = from.format;
      prompt = from.prompt;
      messages = from.messages;
      inputIds = from.inputIds;
      decoding = from.decoding;
      parameters.putAll(from.others);
      tokenIds = from.tokenIds;
      logprobs = from.logprobs;
      blockSnapshots = from.blockSnapshots;
      timeout = from.timeout;
    }

    private Builder set(String name, Object value) {
      parameters.put(name, value);
      return this;
    }

    /**
     * The version of the model.
     *
     * @param version a number as text; empty leaves the choice to the server
     * @return this
     */
    public Builder modelVersion(String version) {
      modelVersion = Objects.requireNonNull(version, "modelVersion");
      return this;
    }

    /**
     * An id of the caller's choice, which the server logs and gives back.
     *
     * @param id any text
     * @return this
     */
    public Builder requestId(String id) {
      requestId = Objects.requireNonNull(id, "requestId");
      return this;
    }

    /**
     * Which names the model's tensors have; {@link ModelFormat#UNMASK} unless set.
     *
     * @param names which
     * @return this
     */
    public Builder format(ModelFormat names) {
      format = Objects.requireNonNull(names, "format");
      return this;
    }

    /**
     * A user's message, put through the model's chat template where it has one.
     *
     * @param text the message
     * @return this
     */
    public Builder prompt(String text) {
      prompt = Objects.requireNonNull(text, "prompt");
      parameters.remove("raw_prompt");
      return this;
    }

    /**
     * A text to continue as it stands, without a chat template.
     *
     * @param text the text
     * @return this
     */
    public Builder rawPrompt(String text) {
      return prompt(text).set("raw_prompt", true);
    }

    /**
     * A conversation to continue, for a model with a chat template.
     *
     * @param conversation oldest message first
     * @return this
     */
    public Builder messages(List<ChatMessage> conversation) {
      messages = List.copyOf(conversation);
      Checks.require(!messages.isEmpty(), "messages=[] has no message");
      return this;
    }

    /**
     * A conversation to continue, for a model with a chat template.
     *
     * @param conversation oldest message first
     * @return this
     */
    public Builder messages(ChatMessage... conversation) {
      return messages(List.of(conversation));
    }

    /**
     * Token ids to continue, taken as they are.
     *
     * @param ids of the model's vocabulary
     * @return this
     */
    public Builder inputIds(int... ids) {
      inputIds = ids.clone();
      return this;
    }

    /**
     * The algorithm and its parameters; the model's default unless set.
     *
     * @param algorithm replaces all that an earlier call set
     * @return this
     */
    public Builder decoding(Decoding algorithm) {
      decoding = algorithm.parameters();
      return this;
    }

    /**
     * Most tokens of the answer.
     *
     * @param tokens at least 1
     * @return this
     */
    public Builder maxTokens(int tokens) {
      return set("max_tokens", Checks.atLeast("max_tokens", tokens, 1));
    }

    /**
     * Tokens before which no end token is taken.
     *
     * @param tokens at least 0, at most {@link #maxTokens}
     * @return this
     */
    public Builder minTokens(int tokens) {
      return set("min_tokens", tokens);
    }

    /**
     * How random the choice of tokens is.
     *
     * @param temperature 0 takes the most likely token
     * @return this
     */
    public Builder temperature(double temperature) {
      return set("temperature", Checks.within("temperature", temperature, 0, 1e6));
    }

    /**
     * Draws from the most likely tokens that make up this mass.
     *
     * @param mass above 0, up to 1
     * @return this
     */
    public Builder topP(double mass) {
      Object value = Checks.within("top_p", mass, 0, 1);
      Checks.require(mass != 0, "top_p=0 leaves no token");
      return set("top_p", value);
    }

    /**
     * Draws from that many of the most likely tokens.
     *
     * @param tokens 0 or -1 for all
     * @return this
     */
    public Builder topK(int tokens) {
      return set("top_k", Checks.atLeast("top_k", tokens, -1));
    }

    /**
     * Seed of every random choice: same seed, same tokens.
     *
     * @param seed 64 bits
     * @return this
     */
    public Builder seed(long seed) {
      return set("seed", seed);
    }

    /**
     * Whether the most likely token is always taken, whatever the model's default temperature.
     *
     * @param on whether it is so
     * @return this
     */
    public Builder greedy(boolean on) {
      return set("greedy", on);
    }

    /**
     * Makes tokens that occurred in prompt or answer less likely.
     *
     * @param penalty above 0; 1 is off
     * @return this
     */
    public Builder repetitionPenalty(double penalty) {
      Object value = Checks.within("repetition_penalty", penalty, 0, Double.MAX_VALUE);
      Checks.require(penalty != 0, "repetition_penalty=0 is not above 0");
      return set("repetition_penalty", value);
    }

    /**
     * Makes tokens that occurred in the answer less likely.
     *
     * @param penalty -2 to 2; 0 is off
     * @return this
     */
    public Builder presencePenalty(double penalty) {
      return set("presence_penalty", Checks.within("presence_penalty", penalty, -2, 2));
    }

    /**
     * Makes tokens less likely by how often they occurred in the answer.
     *
     * @param penalty -2 to 2; 0 is off
     * @return this
     */
    public Builder frequencyPenalty(double penalty) {
      return set("frequency_penalty", Checks.within("frequency_penalty", penalty, -2, 2));
    }

    /**
     * Texts that end the answer, which is cut before them.
     *
     * @param words any number
     * @return this
     */
    public Builder stopWords(String... words) {
      return set("stop_words", texts("stop_words", words));
    }

    /**
     * Texts that must not occur among the generated tokens.
     *
     * @param words any number
     * @return this
     */
    public Builder badWords(String... words) {
      return set("bad_words", texts("bad_words", words));
    }

    private static List<String> texts(String name, String... words) {
      Checks.require(
          words.length <= MAX_LIST,
          "input '" + name + "' has " + words.length + " elements, more than " + MAX_LIST);
      return List.of(words);
    }

    /**
     * Tokens that end the answer, instead of the model's own.
     *
     * @param ids of the model's vocabulary
     * @return this
     */
    public Builder stopTokenIds(int... ids) {
      Checks.require(
          ids.length <= MAX_LIST,
          "input 'stop_token_ids' has " + ids.length + " elements, more than " + MAX_LIST);
      return set("stop_token_ids", Arrays.stream(ids).boxed().toList());
    }

    /**
     * Whether no token ends the answer.
     *
     * @param on whether it is so
     * @return this
     */
    public Builder ignoreEos(boolean on) {
      return set("ignore_eos", on);
    }

    /**
     * Whether work behind the first committed end token is dropped.
     *
     * @param on whether it is so
     * @return this
     */
    public Builder trimAfterEos(boolean on) {
      return set("trim_after_eos", on);
    }

    /**
     * Whether a position is predicted by the logits of the one before.
     *
     * @param on whether it is so
     * @return this
     */
    public Builder shiftLogits(boolean on) {
      return set("shift_logits", on);
    }

    /**
     * Which waiting request is taken first.
     *
     * @param priority 1 first; 0 for the model's default
     * @return this
     */
    public Builder priority(int priority) {
      return set(
          "request_priority", Checks.within("request_priority", priority, 0, Integer.MAX_VALUE));
    }

    /**
     * Whether the answer begins with the prompt; not when streaming.
     *
     * @param on whether it is so; false unless set
     * @return this
     */
    public Builder echoPrompt(boolean on) {
      return set("exclude_input_in_output", !on);
    }

    /**
     * Asks for the tokens of the answer.
     *
     * @param wanted whether they are wanted
     * @return this
     */
    public Builder tokenIds(boolean wanted) {
      tokenIds = wanted;
      return this;
    }

    /**
     * Asks for the log-probability of every token.
     *
     * @param alternatives other tokens told with each, 0 to 32
     * @return this
     */
    public Builder logprobs(int alternatives) {
      Checks.within(
          "logprobs", alternatives, 0, alternatives < 0 ? Integer.MAX_VALUE : MAX_LOGPROBS);
      logprobs = true;
      return set("logprobs", alternatives);
    }

    /**
     * Asks for a {@link GenerationEvent.Snapshot} of every forward pass; when streaming only.
     *
     * @param wanted whether they are wanted
     * @return this
     */
    public Builder blockSnapshots(boolean wanted) {
      blockSnapshots = wanted;
      return this;
    }

    /**
     * How long the request may take in all, on the server too.
     *
     * @param most instead of the client's timeout
     * @return this
     */
    public Builder timeout(Duration most) {
      Checks.require(
          !most.isNegative() && !most.isZero(), "timeout=" + most + " is not above zero");
      timeout = most;
      return this;
    }

    /**
     * Any other parameter or input, by its name.
     *
     * @param name such as {@code sampling_parameters}
     * @param value String, Boolean, Integer, Long, Double, or a list of String or Integer
     * @return this
     */
    public Builder parameter(String name, Object value) {
      boolean known =
          value instanceof String
              || value instanceof Boolean
              || value instanceof Integer
              || value instanceof Long
              || value instanceof Double
              || (value instanceof List<?> list
                  && list.stream().allMatch(e -> e instanceof String || e instanceof Integer));
      Checks.require(known, name + "=" + value + " is of no type that can be sent");
      return set(name, value instanceof List<?> list ? List.copyOf(list) : value);
    }

    /**
     * The request.
     *
     * @return a request with exactly one of prompt, messages and token ids
     * @throws InvalidRequestException naming what is wrong
     */
    public GenerateRequest build() {
      checkInput();
      if (parameters.get("max_tokens") instanceof Integer most
          && parameters.get("min_tokens") instanceof Integer least) {
        Checks.within("min_tokens", least, 0, most);
      }
      if (decoding.get("block_length") instanceof Integer length
          && decoding.get("denoising_steps") instanceof Integer steps) {
        Checks.within("denoising_steps", steps, 1, length);
      }
      return new GenerateRequest(this);
    }

    private void checkInput() {
      String first = prompt != null ? "text_input" : messages != null ? "messages" : "input_ids";
      String second =
          inputIds != null && !first.equals("input_ids")
              ? "input_ids"
              : messages != null && !first.equals("messages") ? "messages" : null;
      Checks.require(second == null, first + " and " + second + " are both given");
      Checks.require(
          prompt != null || messages != null || inputIds != null,
          "none of text_input, messages and input_ids is given");
    }
  }
}
