package dev.unmask.request;

import dev.unmask.bridge.Telemetry;
import dev.unmask.bridge.Telemetry.Outcome;
import dev.unmask.bridge.Telemetry.RequestReport;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves inference requests of one model by generating: reads their tensors, starts the generation,
 * shapes its responses. Immutable; any thread.
 */
public final class TensorGeneration {
  private static final Logger LOG = LoggerFactory.getLogger(TensorGeneration.class);
  private static final InferenceCall ENDED = () -> {};

  private final String model;
  private final TensorRequestReader reader;
  private final Generator generator;
  private final Telemetry telemetry;

  /**
   * @param model name of the model, for messages
   * @param decoupled whether a request may have any number of responses
   * @param generator generates; reports to {@code telemetry} what becomes of its requests
   * @param telemetry told of the requests that are refused before they reach the generator
   */
  public TensorGeneration(
      String model, boolean decoupled, Generator generator, Telemetry telemetry) {
    this.model = model;
    this.reader = new TensorRequestReader(model, decoupled);
    this.generator = generator;
    this.telemetry = telemetry;
  }

  /**
   * Starts a request. The tensors are read on the calling thread, in time proportional to their
   * size; all else happens on others. Every failure is told to the observer, none is thrown; the
   * observer is told before this returns where the request is refused for what it says.
   */
  public InferenceCall infer(InferRequest request, ResponseObserver observer) {
    return infer(request, observer, result -> {});
  }

  /**
   * As {@link #infer(InferRequest, ResponseObserver)}.
   *
   * @param onResult shown how the generation ended, if it ended well, before the observer is told
   */
  public InferenceCall infer(
      InferRequest request, ResponseObserver observer, Consumer<GenerationResult> onResult) {
    TensorRequest read;
    try {
      read = reader.read(request);
    } catch (UnmaskException e) {
      return refuse(request, observer, e);
    } catch (RuntimeException | OutOfMemoryError | StackOverflowError e) {
      LOG.error("model {} request {} cannot be read", model, request.requestId(), e);
      String message = "the request cannot be read: " + e.getClass().getSimpleName();
      return refuse(request, observer, new UnmaskException(ErrorCode.INTERNAL, message, e));
    }
    return generator.generate(
        read.input(), new ResultTap(new TensorResponder(read, observer), onResult));
  }

  private InferenceCall refuse(
      InferRequest request, ResponseObserver observer, UnmaskException error) {
    telemetry.onReceived();
    long nanos = System.nanoTime() - request.arrivalNanos();
    telemetry.onEnded(new RequestReport(Outcome.OTHER, 0, nanos, nanos, 0, 0, 0, 0, 0, 0));
    observer.onError(error);
    return ENDED;
  }
}
