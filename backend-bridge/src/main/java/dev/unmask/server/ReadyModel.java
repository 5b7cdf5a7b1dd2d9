package dev.unmask.server;

import dev.unmask.bridge.Telemetry.Outcome;
import dev.unmask.bridge.Telemetry.RequestReport;
import dev.unmask.model.LoadedModel;
import dev.unmask.model.ModelSource;
import dev.unmask.protocol.DataType;
import dev.unmask.protocol.ModelConfig;
import dev.unmask.protocol.ModelMetadataResponse;
import dev.unmask.protocol.ModelMetadataResponse.TensorMetadata;
import dev.unmask.repository.ModelManifest;
import dev.unmask.request.GenerationInput;
import dev.unmask.request.GenerationObserver;
import dev.unmask.request.InferRequest;
import dev.unmask.request.InferenceCall;
import dev.unmask.request.ResponseObserver;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import dev.unmask.server.metrics.ModelTelemetry;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A version of a model that is served, from the moment it is loaded until the last of its requests
 * has ended. Any thread.
 */
final class ReadyModel implements ServedModel, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ReadyModel.class);
  private static final InferenceCall NOTHING = () -> {};

  private final ModelSource source;
  private final LoadedModel loaded;
  private final ModelTelemetry telemetry;
  private final ModelMetadataResponse metadata;
  private final ActiveCalls calls = new ActiveCalls();
  private final AtomicBoolean closed = new AtomicBoolean();
  private volatile ReadyModel successor;

  /**
   * @param loaded owned from now on
   * @param telemetry owned from now on
   * @param versions versions of the model that are served with this one
   */
  ReadyModel(
      ModelSource source, LoadedModel loaded, ModelTelemetry telemetry, List<Long> versions) {
    this.source = source;
    this.loaded = loaded;
    this.telemetry = telemetry;
    this.metadata = metadata(source.config(), versions);
    telemetry.onLoaded(loaded.kvPositions());
  }

  private static ModelMetadataResponse metadata(ModelConfig config, List<Long> versions) {
    ModelMetadataResponse.Builder result =
        ModelMetadataResponse.newBuilder()
            .setName(config.getName())
            .setPlatform(
                config.getPlatform().isEmpty() ? config.getBackend() : config.getPlatform());
    versions.forEach(version -> result.addVersions(Long.toString(version)));
    config
        .getInputList()
        .forEach(in -> result.addInputs(tensor(in.getName(), in.getDataType(), in.getDimsList())));
    config
        .getOutputList()
        .forEach(
            out -> result.addOutputs(tensor(out.getName(), out.getDataType(), out.getDimsList())));
    return result.build();
  }

  private static TensorMetadata tensor(String name, DataType type, List<Long> dims) {
    String datatype =
        type == DataType.TYPE_STRING ? "BYTES" : type.name().substring("TYPE_".length());
    return TensorMetadata.newBuilder()
        .setName(name)
        .setDatatype(datatype)
        .addAllShape(dims)
        .build();
  }

  @Override
  public String name() {
    return source.name();
  }

  @Override
  public String version() {
    return Long.toString(source.version());
  }

  /** The version as a number. */
  long versionNumber() {
    return source.version();
  }

  @Override
  public ModelMetadataResponse metadata() {
    return metadata;
  }

  @Override
  public ModelConfig config() {
    return source.config();
  }

  @Override
  public ModelManifest manifest() {
    return source.manifest();
  }

  @Override
  public boolean hasChatTemplate() {
    return loaded.hasChatTemplate();
  }

  @Override
  public boolean isDecoupled() {
    return source.config().getModelTransactionPolicy().getDecoupled();
  }

  @Override
  public InferenceCall infer(InferRequest request, ResponseObserver observer) {
    TrackedInference call = new TrackedInference(this, request, observer);
    return start(
        call,
        request.arrivalNanos(),
        observer::onError,
        tracked -> loaded.infer(request, call, call::onResult),
        next -> next.infer(request, observer));
  }

  @Override
  public InferenceCall generate(GenerationInput input, GenerationObserver observer) {
    TrackedGeneration call = new TrackedGeneration(this, input, observer);
    return start(
        call,
        input.arrivalNanos(),
        observer::onError,
        tracked -> loaded.generate(input, call),
        next -> next.generate(input, observer));
  }

  private InferenceCall start(
      TrackedCall call,
      long arrivalNanos,
      Consumer<UnmaskException> onError,
      Function<TrackedCall, InferenceCall> starter,
      Function<ReadyModel, InferenceCall> again) {
    String refusal = calls.add(call);
    if (refusal == null) {
      try {
        call.start(starter);
      } catch (UnmaskException e) {
        call.fail(e);
      } catch (RuntimeException | Error e) {
        // It would keep the model in memory for ever.
        LOG.error("request {} was not started", call.id(), e);
        call.fail(
            new UnmaskException(
                ErrorCode.INTERNAL, "request failed: " + e.getClass().getSimpleName(), e));
      }
      return call;
    }
    ReadyModel next = successor;
    if (next != null) {
      return again.apply(next);
    }
    telemetry.onReceived();
    long nanos = System.nanoTime() - arrivalNanos;
    telemetry.onEnded(new RequestReport(Outcome.REJECTED, 0, nanos, 0, 0, 0, 0, 0, 0, 0));
    onError.accept(new UnmaskException(ErrorCode.UNAVAILABLE, refusal));
    return NOTHING;
  }

  /** Whether its decode thread goes on. */
  boolean isHealthy() {
    return loaded.isHealthy();
  }

  /** Requests in progress. */
  ActiveCalls calls() {
    return calls;
  }

  /** Statistics and metrics. */
  ModelTelemetry telemetry() {
    return telemetry;
  }

  /**
   * Sends requests that found this model before it was replaced to the one that serves now, unless
   * they were checked against another transaction policy. Call before {@link #retire}.
   */
  void replaceBy(ReadyModel next) {
    if (next.isDecoupled() == isDecoupled()) {
      successor = next;
    }
  }

  /**
   * Takes no more requests.
   *
   * @param reason told to whoever comes
   * @param whenIdle run once those in progress have ended, on the thread that ends the last
   */
  void retire(String reason, Runnable whenIdle) {
    telemetry.retire();
    calls.close(reason, whenIdle);
  }

  /** Cancels what is in progress and frees the model. Idempotent. */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      try {
        loaded.close();
      } finally {
        telemetry.close();
      }
    }
  }
}
