package dev.unmask.client.langchain4j;

import dev.langchain4j.model.chat.response.ChatResponseMetadata;
import dev.unmask.client.GenerateResult;
import java.util.Objects;
import java.util.Optional;

/** What the server says of an answer: beside the usual, what decoding took. Immutable. */
public final class UnmaskChatResponseMetadata extends ChatResponseMetadata {
  private final GenerateResult.DecodingStatistics decoding;
  private final GenerateResult.Timings timings;

  private UnmaskChatResponseMetadata(Builder builder) {
    super(builder);
    decoding = builder.decoding;
    timings = builder.timings;
  }

  /**
   * Begins metadata.
   *
   * @return a builder with nothing set
   */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * What decoding took.
   *
   * @return empty where the server does not say
   */
  public Optional<GenerateResult.DecodingStatistics> decoding() {
    return Optional.ofNullable(decoding);
  }

  /**
   * When what happened on the server.
   *
   * @return empty where the server does not say
   */
  public Optional<GenerateResult.Timings> timings() {
    return Optional.ofNullable(timings);
  }

  @Override
  public Builder toBuilder() {
    return ((Builder) toBuilder(builder())).decoding(decoding).timings(timings);
  }

  @Override
  public boolean equals(Object other) {
    return super.equals(other)
        && other instanceof UnmaskChatResponseMetadata that
        && Objects.equals(decoding, that.decoding)
        && Objects.equals(timings, that.timings);
  }

  @Override
  public int hashCode() {
    return Objects.hash(super.hashCode(), decoding, timings);
  }

  @Override
  public String toString() {
    return "UnmaskChatResponseMetadata[id="
        + id()
        + ", modelName="
        + modelName()
        + ", tokenUsage="
        + tokenUsage()
        + ", finishReason="
        + finishReason()
        + ", decoding="
        + decoding
        + ", timings="
        + timings
        + "]";
  }

  /** Collects metadata. Not thread-safe. */
  public static final class Builder extends ChatResponseMetadata.Builder<Builder> {
    private GenerateResult.DecodingStatistics decoding;
    private GenerateResult.Timings timings;

    private Builder() {}

    /**
     * What decoding took.
     *
     * @param statistics null where it is not known
     * @return this
     */
    public Builder decoding(GenerateResult.DecodingStatistics statistics) {
      decoding = statistics;
      return this;
    }

    /**
     * When what happened on the server.
     *
     * @param times null where they are not known
     * @return this
     */
    public Builder timings(GenerateResult.Timings times) {
      timings = times;
      return this;
    }

    @Override
    public UnmaskChatResponseMetadata build() {
      return new UnmaskChatResponseMetadata(this);
    }
  }
}
