package dev.unmask.model;

import dev.unmask.bridge.DecodeLoop;
import dev.unmask.bridge.DecodePool;
import dev.unmask.bridge.Decoder;
import dev.unmask.bridge.Telemetry;
import dev.unmask.bridge.engine.EngineOptions;
import dev.unmask.bridge.engine.EngineProvider;
import dev.unmask.bridge.engine.EngineProviders;
import dev.unmask.bridge.engine.EngineSession;
import dev.unmask.bridge.engine.PassTimer;
import dev.unmask.bridge.text.ChatTemplate;
import dev.unmask.bridge.text.PromptEncoder;
import dev.unmask.bridge.text.TextTokenizer;
import dev.unmask.request.EncodingThreads;
import dev.unmask.request.GenerationService;
import dev.unmask.request.TensorGeneration;
import dev.unmask.scheduler.LookAhead;
import dev.unmask.scheduler.ModelTraits;
import dev.unmask.scheduler.PassCosts;
import dev.unmask.scheduler.SchedulerConfig;
import dev.unmask.scheduler.parameters.ParameterParser;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loads models with their engines: tokenizer, engine sessions, decode threads and request layer.
 * The threads that encode requests are shared by all models. Any thread.
 */
public final class EngineModelLoader implements ModelLoader, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(EngineModelLoader.class);

  /** Requests that may wait to be encoded where {@link #EngineModelLoader()} made the loader. */
  private static final int ENCODING_QUEUE = 1024;

  /** Prompts whose keys and values are kept; memory and use decide which. */
  private static final int REUSE_ENTRIES = 1024;

  /** Query positions that an adaptive look-ahead aims at: beyond it a pass only takes longer. */
  private static final int LOOK_AHEAD_QUERY_TOKENS = 256;

  private final ExecutorService encoding;

  /** A loader whose models refuse requests while 1024 wait to be encoded. */
  public EngineModelLoader() {
    this(ENCODING_QUEUE);
  }

  /**
   * @param encodingQueue requests of all models that may wait to be encoded; those beyond are
   *     refused
   */
  public EngineModelLoader(int encodingQueue) {
    encoding =
        EncodingThreads.newExecutor(
            "encode", Math.max(1, Runtime.getRuntime().availableProcessors() / 2), encodingQueue);
  }

  @Override
  public LoadedModel load(ModelSource source, Telemetry telemetry) {
    return load(source, telemetry, () -> {});
  }

  /**
   * As {@link #load(ModelSource, Telemetry)}.
   *
   * @param beforeStep run on the model's decode threads between steps; see {@link DecodePool#start}
   */
  public LoadedModel load(ModelSource source, Telemetry telemetry, Runnable beforeStep) {
    ModelSettings settings = source.settings();
    EngineProviders.Choice choice =
        EngineProviders.choose(
            settings.engine(), source.directory(), source.manifest(), settings.devices());
    LOG.info("model '{}' runs on {}", source.name(), choice);
    TextTokenizer tokenizer = TextTokenizer.load(source.directory());
    List<EngineSession> engines = new ArrayList<>();
    Decoder decoder = null;
    try {
      Optional<ChatTemplate> template = ChatTemplate.load(source.directory());
      PromptEncoder prompts = new PromptEncoder(tokenizer, template);
      open(choice.provider(), source, engines);
      PassCosts passCosts = passCosts(source, engines.get(0));
      decoder =
          DecodePool.start(
              source.name(),
              engines,
              source.manifest().traits(),
              engine -> schedulerConfig(settings, engine, passCosts),
              telemetry,
              beforeStep);
      long kvPositions =
          engines.stream().mapToLong(engine -> engine.capabilities().kvPositions()).sum();
      GenerationService generations =
          new GenerationService(
              source.manifest(), tokenizer, prompts, decoder, telemetry, encoding);
      TensorGeneration tensors =
          new TensorGeneration(
              source.name(),
              source.config().getModelTransactionPolicy().getDecoupled(),
              generations::generate,
              telemetry);
      return new EngineModel(template.isPresent(), kvPositions, tokenizer, generations, tensors);
    } catch (RuntimeException | Error e) {
      if (decoder != null) {
        decoder.close();
      }
      // Those of a decoder are closed by now, which makes no difference.
      engines.forEach(engine -> close(engine, e));
      tokenizer.close();
      throw e;
    }
  }

  private static void close(EngineSession engine, Throwable cause) {
    try {
      engine.close();
    } catch (RuntimeException e) {
      cause.addSuppressed(e);
    }
  }

  /**
   * Opens a session on each device of an engine that uses them, else one; adds each as it opens.
   */
  private static void open(
      EngineProvider provider, ModelSource source, List<EngineSession> engines) {
    ModelSettings settings = source.settings();
    long positions =
        provider.usesDevices()
            ? settings.kvCachePositions()
            : KvBudget.positions(source.manifest(), settings, Runtime.getRuntime().maxMemory());
    int sessions = provider.usesDevices() ? settings.devices().size() : 1;
    for (int device : settings.devices().subList(0, sessions)) {
      EngineOptions options =
          new EngineOptions(
              settings.maxSequences(),
              settings.threads(),
              positions,
              device,
              settings.spinMicros(),
              sessions);
      engines.add(provider.open(source.directory(), source.manifest(), options));
    }
  }

  /**
   * What passes cost where the settings say it, or where it is needed by requests that ask for
   * nothing else; null where it is to be found out when a request needs it.
   */
  private static PassCosts passCosts(ModelSource source, EngineSession engine) {
    ModelTraits traits = source.manifest().traits();
    if (source.settings().passCosts() != null || !ParameterParser.looksAheadByCost(traits)) {
      return source.settings().passCosts();
    }
    PassCosts costs =
        new PassTimer(engine, traits.vocabSize()).costs(0, DecodeLoop.CALIBRATION_NANOS);
    LOG.info("model '{}': passes were timed: pass_costs={}", source.name(), costs);
    return costs;
  }

  private static SchedulerConfig schedulerConfig(
      ModelSettings settings, EngineSession engine, PassCosts passCosts) {
    return SchedulerConfig.builder(settings.maxSequences())
        .maxQueryTokens(settings.maxQueryTokens())
        .maxWaiting(settings.maxQueueSize())
        .kvPositions(engine.capabilities().kvPositions())
        .watermark(settings.watermark())
        .reuseEntries(settings.kvCacheReuse() ? REUSE_ENTRIES : 0)
        .lookAhead(
            settings.adaptiveLookahead()
                ? LookAhead.adaptive(LOOK_AHEAD_QUERY_TOKENS)
                : LookAhead.fixed())
        .passCosts(passCosts)
        .maxOvertaken(settings.maxOvertaken())
        .build();
  }

  /** Ends the encoding threads; call when every model is closed. */
  @Override
  public void close() {
    encoding.shutdown();
  }
}
