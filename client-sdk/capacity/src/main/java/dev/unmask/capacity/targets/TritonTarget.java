package dev.unmask.capacity.targets;

import static dev.unmask.capacity.targets.Answer.UNKNOWN;

import dev.unmask.client.ChatMessage;
import dev.unmask.client.GenerateRequest;
import dev.unmask.client.GenerateResult;
import dev.unmask.client.GenerateResult.DecodingStatistics;
import dev.unmask.client.GenerateResult.Timings;
import dev.unmask.client.GenerateResult.Usage;
import dev.unmask.client.GenerationEvent;
import dev.unmask.client.ModelFormat;
import dev.unmask.client.UnmaskClient;
import dev.unmask.client.UnmaskClientException;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Flow;

/** A model of Triton's protocol over gRPC or HTTP, streamed through the client. */
public final class TritonTarget implements Target {
  private final UnmaskClient client;
  private final String url;
  private final String model;
  private final ModelFormat format;

  /**
   * Makes one.
   *
   * @param client owned
   * @param url for the description
   * @param format names of the model's tensors
   */
  public TritonTarget(UnmaskClient client, String url, String model, ModelFormat format) {
    this.client = client;
    this.url = url;
    this.model = model;
    this.format = format;
  }

  @Override
  public String description() {
    String names =
        format == ModelFormat.UNMASK ? "" : ", " + format.name().toLowerCase(Locale.ROOT);
    return model + " at " + url + names;
  }

  @Override
  public boolean inProcess() {
    return false;
  }

  @Override
  public void send(TargetRequest request, ResponseListener listener) {
    GenerateRequest generate;
    try {
      generate = encode(request);
    } catch (UnmaskClientException e) {
      listener.onError(error(e));
      return;
    }
    client.publish(generate).subscribe(new Events(listener));
  }

  private GenerateRequest encode(TargetRequest request) {
    GenerateRequest.Builder builder =
        GenerateRequest.builder(model).format(format).requestId(request.id());
    Prompt prompt = request.prompt();
    if (prompt.raw()) {
      builder.rawPrompt(prompt.text());
    } else if (prompt.single()) {
      builder.prompt(prompt.messages().get(0).content());
    } else {
      builder.messages(
          prompt.messages().stream().map(m -> new ChatMessage(m.role(), m.content())).toList());
    }
    request.parameters().forEach(builder::parameter);
    return builder.build();
  }

  private static TargetError error(Throwable e) {
    return e instanceof UnmaskClientException known
        ? new TargetError(known.code().name(), known.getMessage())
        : new TargetError("INTERNAL", String.valueOf(e));
  }

  @Override
  public void close() {
    client.close();
  }

  private static Answer answer(GenerateResult result) {
    Optional<Usage> usage = result.usage();
    Optional<DecodingStatistics> decoding = result.decoding();
    return new Answer(
        result.text(),
        usage.map(Usage::promptTokens).orElse(UNKNOWN),
        usage.map(Usage::outputTokens).orElse(UNKNOWN),
        result.finishReason().name().toLowerCase(Locale.ROOT),
        decoding.map(DecodingStatistics::forwardPasses).orElse(UNKNOWN),
        decoding.map(DecodingStatistics::queryTokens).orElse(UNKNOWN),
        decoding.map(DecodingStatistics::reusedTokens).orElse(UNKNOWN),
        result.timings().map(Timings::queued).map(Duration::toNanos).orElse(UNKNOWN));
  }

  /** Hands events over as they come. */
  private record Events(ResponseListener listener) implements Flow.Subscriber<GenerationEvent> {
    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(GenerationEvent event) {
      if (event instanceof GenerationEvent.Delta delta && !delta.text().isEmpty()) {
        listener.onText(delta.text());
      } else if (event instanceof GenerationEvent.Finished finished) {
        listener.onEnd(answer(finished.result()));
      }
    }

    @Override
    public void onError(Throwable error) {
      listener.onError(TritonTarget.error(error));
    }

    @Override
    public void onComplete() {}
  }
}
