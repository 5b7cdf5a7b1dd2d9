package dev.unmask.client;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** A complete answer. Immutable. */
public final class GenerateResult {
  private final String requestId;
  private final String model;
  private final String modelVersion;
  private final String text;
  private final int[] tokenIds;
  private final List<TokenLogprob> logprobs;
  private final OptionalDouble cumulativeLogprob;
  private final FinishReason finishReason;
  private final Usage usage;
  private final Timings timings;
  private final DecodingStatistics decoding;

  /**
   * Makes one.
   *
   * @param requestId id of the request; may be empty
   * @param model the model that answered
   * @param modelVersion its version
   * @param text the answer
   * @param tokenIds its tokens; empty where they were not asked for
   * @param logprobs one for each token; empty where they were not asked for
   * @param cumulativeLogprob their sum
   * @param finishReason why it ended
   * @param usage tokens used; null where the server does not say
   * @param timings when what happened; null where the server does not say
   * @param decoding what it took; null where the server does not say
   */
  public GenerateResult(
      String requestId,
      String model,
      String modelVersion,
      String text,
      int[] tokenIds,
      List<TokenLogprob> logprobs,
      OptionalDouble cumulativeLogprob,
      FinishReason finishReason,
      Usage usage,
      Timings timings,
      DecodingStatistics decoding) {
    this.requestId = requestId;
    this.model = model;
    this.modelVersion = modelVersion;
    this.text = text;
    this.tokenIds = tokenIds.clone();
    this.logprobs = List.copyOf(logprobs);
    this.cumulativeLogprob = cumulativeLogprob;
    this.finishReason = finishReason;
    this.usage = usage;
    this.timings = timings;
    this.decoding = decoding;
  }

  /**
   * Tokens that a request used.
   *
   * @param promptTokens tokens of the prompt
   * @param outputTokens tokens of the answer
   */
  public record Usage(long promptTokens, long outputTokens) {
    /**
     * Both together.
     *
     * @return tokens
     */
    public long totalTokens() {
      return promptTokens + outputTokens;
    }
  }

  /**
   * Times by the server's clock.
   *
   * @param arrival received
   * @param firstScheduled first forward pass
   * @param firstToken first committed tokens
   * @param lastToken last committed tokens
   */
  public record Timings(
      Instant arrival, Instant firstScheduled, Instant firstToken, Instant lastToken) {
    /**
     * How long it waited.
     *
     * @return from arrival to the first forward pass
     */
    public Duration queued() {
      return Duration.between(arrival, firstScheduled);
    }

    /**
     * How long the first block took.
     *
     * @return from arrival to the first committed tokens
     */
    public Duration timeToFirstBlock() {
      return Duration.between(arrival, firstToken);
    }
  }

  /**
   * What decoding took.
   *
   * @param forwardPasses passes of the model that the request took part in
   * @param queryTokens positions computed for it
   * @param reusedTokens tokens of the prompt that were found in the server's cache
   * @param outputTokens tokens of the answer
   */
  public record DecodingStatistics(
      long forwardPasses, long queryTokens, long reusedTokens, long outputTokens) {
    /**
     * Tokens of the answer per forward pass: 1 or less for an autoregressive model.
     *
     * @return 0 where there was no pass
     */
    public double tokensPerPass() {
      return forwardPasses == 0 ? 0 : (double) outputTokens / forwardPasses;
    }
  }

  /**
   * The id of the request.
   *
   * @return empty where it had none
   */
  public String requestId() {
    return requestId;
  }

  /**
   * The model that answered.
   *
   * @return its name
   */
  public String model() {
    return model;
  }

  /**
   * The version of the model that answered.
   *
   * @return a number as text; empty where the server does not say
   */
  public String modelVersion() {
    return modelVersion;
  }

  /**
   * The answer.
   *
   * @return its text
   */
  public String text() {
    return text;
  }

  /**
   * The tokens of the answer.
   *
   * @return a copy; empty where {@link GenerateRequest.Builder#tokenIds} did not ask for them
   */
  public int[] tokenIds() {
    return tokenIds.clone();
  }

  /**
   * The log-probabilities of the answer's tokens.
   *
   * @return one for each; empty where {@link GenerateRequest.Builder#logprobs} did not ask for them
   */
  public List<TokenLogprob> logprobs() {
    return logprobs;
  }

  /**
   * The log-probability of the answer.
   *
   * @return the sum over its tokens; empty where it was not asked for
   */
  public OptionalDouble cumulativeLogprob() {
    return cumulativeLogprob;
  }

  /**
   * Why it ended.
   *
   * @return never null
   */
  public FinishReason finishReason() {
    return finishReason;
  }

  /**
   * Tokens used.
   *
   * @return empty where the server does not say
   */
  public Optional<Usage> usage() {
    return Optional.ofNullable(usage);
  }

  /**
   * When what happened on the server.
   *
   * @return empty where the server does not say
   */
  public Optional<Timings> timings() {
    return Optional.ofNullable(timings);
  }

  /**
   * What decoding took.
   *
   * @return empty where the server does not say
   */
  public Optional<DecodingStatistics> decoding() {
    return Optional.ofNullable(decoding);
  }

  @Override
  public String toString() {
    return "GenerateResult[requestId="
        + requestId
        + ", model="
        + model
        + ", finishReason="
        + finishReason
        + ", usage="
        + usage
        + ", text="
        + text
        + ", tokenIds="
        + Arrays.toString(tokenIds)
        + "]";
  }
}
