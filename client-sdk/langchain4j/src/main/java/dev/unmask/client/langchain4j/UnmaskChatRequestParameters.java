package dev.unmask.client.langchain4j;

import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.request.DefaultChatRequestParameters;
import dev.unmask.client.Decoding;
import java.util.Objects;

/** Parameters of a request: beside the usual, how it is decoded. Immutable; null is not set. */
public final class UnmaskChatRequestParameters extends DefaultChatRequestParameters {
  /** Nothing is set. */
  public static final UnmaskChatRequestParameters EMPTY = builder().build();

  private final Decoding decoding;
  private final Long seed;

  private UnmaskChatRequestParameters(Builder builder) {
    super(builder);
    decoding = builder.decoding;
    seed = builder.seed;
  }

  /**
   * Begins parameters.
   *
   * @return a builder with nothing set
   */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * The decoding algorithm and its parameters.
   *
   * @return null for the model's default
   */
  public Decoding decoding() {
    return decoding;
  }

  /**
   * Seed of every random choice.
   *
   * @return null where the server is to choose
   */
  public Long seed() {
    return seed;
  }

  @Override
  public UnmaskChatRequestParameters overrideWith(ChatRequestParameters that) {
    return builder().overrideWith(this).overrideWith(that).build();
  }

  @Override
  public UnmaskChatRequestParameters defaultedBy(ChatRequestParameters that) {
    return builder().overrideWith(that).overrideWith(this).build();
  }

  @Override
  public boolean equals(Object other) {
    return super.equals(other)
        && other instanceof UnmaskChatRequestParameters that
        && Objects.equals(decoding, that.decoding)
        && Objects.equals(seed, that.seed);
  }

  @Override
  public int hashCode() {
    return Objects.hash(super.hashCode(), decoding, seed);
  }

  @Override
  public String toString() {
    return "UnmaskChatRequestParameters["
        + super.toString()
        + ", decoding="
        + decoding
        + ", seed="
        + seed
        + "]";
  }

  /** Collects parameters. Not thread-safe. */
  public static final class Builder extends DefaultChatRequestParameters.Builder<Builder> {
    private Decoding decoding;
    private Long seed;

    private Builder() {}

    /**
     * Takes over what is set.
     *
     * @param parameters of any kind
     * @return this
     */
    @Override
    public Builder overrideWith(ChatRequestParameters parameters) {
      super.overrideWith(parameters);
      if (parameters instanceof UnmaskChatRequestParameters own) {
        decoding = own.decoding == null ? decoding : own.decoding;
        seed = own.seed == null ? seed : own.seed;
      }
      return this;
    }

    /**
     * The decoding algorithm and its parameters.
     *
     * @param algorithm null for the model's default
     * @return this
     */
    public Builder decoding(Decoding algorithm) {
      decoding = algorithm;
      return this;
    }

    /**
     * Seed of every random choice: same seed, same tokens.
     *
     * @param value 64 bits; null where the server is to choose
     * @return this
     */
    public Builder seed(Long value) {
      seed = value;
      return this;
    }

    @Override
    public UnmaskChatRequestParameters build() {
      return new UnmaskChatRequestParameters(this);
    }
  }
}
