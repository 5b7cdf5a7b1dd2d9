package dev.unmask.request;

import dev.unmask.bridge.Decoder;
import dev.unmask.bridge.Telemetry;
import dev.unmask.bridge.text.PromptEncoder;
import dev.unmask.bridge.text.TextTokenizer;
import dev.unmask.repository.ModelManifest;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.time.Duration;
import java.util.concurrent.Executor;

/**
 * Generations of one model: encodes what is asked on an executor, hands it to the model's decoder,
 * and tells observers what comes of it. Any thread.
 */
public final class GenerationService implements Generator, AutoCloseable {
  private final String model;
  private final TextTokenizer tokenizer;
  private final RequestEncoder encoder;
  private final Decoder decoder;
  private final Telemetry telemetry;
  private final Executor executor;
  private final CallCounter calls = new CallCounter();

  /**
   * @param manifest of the model
   * @param tokenizer borrowed until {@link #close} returns
   * @param prompts encodes prompts; borrowed likewise
   * @param decoder owned; closed by {@link #close}
   * @param telemetry told of every request
   * @param executor encodes requests; runs or rejects every task, and rejects where too many wait,
   *     as that of {@link EncodingThreads} does
   */
  public GenerationService(
      ModelManifest manifest,
      TextTokenizer tokenizer,
      PromptEncoder prompts,
      Decoder decoder,
      Telemetry telemetry,
      Executor executor) {
    this.model = manifest.name();
    this.tokenizer = tokenizer;
    this.encoder = new RequestEncoder(manifest, tokenizer, prompts);
    this.decoder = decoder;
    this.telemetry = telemetry;
    this.executor = executor;
  }

  /**
   * Starts a generation. Returns at once and never throws for what is wrong with the request: every
   * failure is told to the observer, perhaps before this call returns.
   *
   * <p>Bad words are kept out as the token sequences that each encodes to with and without a space
   * before it; a word that is put together from other tokens is not noticed.
   *
   * <p>Errors: INVALID_ARGUMENT for a request that is wrong, UNAVAILABLE for overload, a timeout
   * that passed or a model that shuts down, CANCELLED, INTERNAL where the engine or the observer
   * failed.
   */
  @Override
  public InferenceCall generate(GenerationInput input, GenerationObserver observer) {
    GenerationTimeline timeline = new GenerationTimeline(telemetry, input.arrivalNanos());
    boolean entered = calls.enter();
    GenerationCall call =
        new GenerationCall(
            decoder, tokenizer, input, observer, timeline, entered ? calls::leave : () -> {});
    if (entered) {
      call.start(executor, encoder);
    } else {
      call.fail(
          new UnmaskException(
              ErrorCode.UNAVAILABLE,
              "model '" + model + "' is shutting down and takes no new requests"));
    }
    return call;
  }

  /** Whether the decode threads work. */
  public boolean isHealthy() {
    return decoder.isHealthy();
  }

  /**
   * Takes no new requests from now on and waits for those in progress, also those not yet encoded.
   *
   * @return whether all ended within the time
   */
  public boolean drain(Duration timeout) throws InterruptedException {
    calls.close();
    return calls.await(timeout);
  }

  /**
   * Takes no new requests, cancels what is in progress, closes the decoder with its engines, and
   * waits until no request is being encoded. Idempotent; not to be called by an observer.
   */
  @Override
  public void close() {
    calls.close();
    decoder.close();
    calls.awaitUninterruptibly();
  }
}
