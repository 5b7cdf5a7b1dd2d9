package dev.unmask.it;

import dev.unmask.bridge.DecodeLoop;
import dev.unmask.bridge.engine.EngineSession;
import dev.unmask.scheduler.GenerationRequest;
import dev.unmask.scheduler.ModelTraits;
import dev.unmask.scheduler.SchedulerConfig;
import dev.unmask.scheduler.SequenceListener;
import dev.unmask.scheduler.SequenceView;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.BiConsumer;
import java.util.function.Function;

/** Decodes recorded runs again, with engines of its own; confined to one thread. */
final class GoldenDecoder implements AutoCloseable {
  /**
   * Confidences this close are ties: four units in the last place of a float32 just below 1, two
   * for either side's softmax.
   */
  private static final double TIE = 2.5e-7;

  /** Temperature at which Dream's order is random among ties and no others. */
  private static final double ORDER_TEMPERATURE = TIE / 10;

  private static final int TIE_ORDERS = 300;

  /** Sequences that {@link #together} may decode at once. */
  static final int SLOTS = 8;

  /** Orders found before, tried first: the search takes minutes. */
  private static final Map<String, Integer> KNOWN_ORDERS =
      Map.of("dream.jsonl:25", 137, "dream.jsonl:48", 204, "dream.jsonl:325", 33);

  private final Function<String, EngineSession> opener;
  private final Map<String, EngineSession> engines = new HashMap<>();

  private GoldenDecoder(Function<String, EngineSession> opener) {
    this.opener = opener;
  }

  private static final class Result implements SequenceListener {
    SequenceView view;

    @Override
    public void onCommitted(SequenceView sequence) {}

    @Override
    public void onFinished(SequenceView sequence) {
      view = sequence;
    }
  }

  /** As {@link #forEach(List, Function, BiConsumer)}, on the engine that is the default. */
  static <T> void forEach(List<T> items, BiConsumer<GoldenDecoder, T> action) throws Exception {
    forEach(items, model -> BundledModelFixture.open(model, SLOTS), action);
  }

  /**
   * Handles every item once, on as many threads as there are processors.
   *
   * @param opener opens a model of the bundled ones, with at least {@value #SLOTS} slots
   */
  static <T> void forEach(
      List<T> items, Function<String, EngineSession> opener, BiConsumer<GoldenDecoder, T> action)
      throws Exception {
    LinkedBlockingQueue<T> queue = new LinkedBlockingQueue<>(items);
    int workers = Math.min(items.size(), Runtime.getRuntime().availableProcessors());
    ExecutorService threads = Executors.newFixedThreadPool(workers);
    try {
      Callable<Void> work =
          () -> {
            try (GoldenDecoder decoder = new GoldenDecoder(opener)) {
              for (T item = queue.poll(); item != null; item = queue.poll()) {
                action.accept(decoder, item);
              }
            }
            return null;
          };
      List<Callable<Void>> tasks = new ArrayList<>();
      for (int i = 0; i < workers; i++) {
        tasks.add(work);
      }
      for (Future<Void> done : threads.invokeAll(tasks)) {
        done.get();
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private EngineSession engine(String model) {
    return engines.computeIfAbsent(model, opener);
  }

  /** Decodes a line alone. */
  SequenceView alone(GoldenLine line) {
    return decode(List.of(line), line.parameters(), engine(line.model()), 1).get(0);
  }

  /** Decodes lines of one model, a number of them at once. */
  List<SequenceView> together(List<GoldenLine> lines, int batch) {
    return decode(lines, null, engine(lines.get(0).model()), batch);
  }

  private static List<SequenceView> decode(
      List<GoldenLine> lines, Map<String, Object> parameters, EngineSession engine, int batch) {
    ModelTraits model = BundledModelFixture.manifest(lines.get(0).model()).traits();
    DecodeLoop loop = new DecodeLoop(engine, model, SchedulerConfig.ofSequences(batch));
    List<Result> results = new ArrayList<>();
    for (GoldenLine line : lines) {
      Result result = new Result();
      results.add(result);
      loop.submit(
          GenerationRequest.ofPrompt(
              line.promptIds(), parameters == null ? line.parameters() : parameters, model),
          result);
    }
    loop.drain();
    return results.stream().map(result -> result.view).toList();
  }

  /** How close the closest decisions of a run are, for a message. */
  String trace(GoldenLine line) {
    TracingEngine tracing = new TracingEngine(engine(line.model()));
    decode(List.of(line), line.parameters(), tracing, 1);
    return tracing.toString();
  }

  /**
   * Shows that a run differs by ties alone: decodes it again along the published tokens, which only
   * ties allow, in several orders of the positions that tie.
   *
   * @return the two positions of a tie and their scores, null where ties do not explain it
   */
  String tie(GoldenLine line) {
    if (!line.parameters().get("algorithm").equals("dream")) {
      return null;
    }
    ModelTraits model = BundledModelFixture.manifest(line.model()).traits();
    int known = KNOWN_ORDERS.getOrDefault(line.file + ":" + line.number, 1);
    for (int order = known; order < known + TIE_ORDERS; order++) {
      Map<String, Object> parameters = line.parameters();
      parameters.put("alg_temp", ORDER_TEMPERATURE);
      parameters.put("seed", order);
      TieOracle oracle =
          new TieOracle(
              engine(line.model()),
              GenerationRequest.ofPrompt(line.promptIds(), parameters, model).parameters(),
              line.promptIds().length,
              line.outputIds(),
              TIE);
      SequenceView view = decode(List.of(line), parameters, oracle, 1).get(0);
      if (oracle.violation() == null && Arrays.equals(line.outputIds(), view.responseIds())) {
        return "in tie order " + order + " as published, " + oracle.shown();
      }
    }
    return null;
  }

  @Override
  public void close() {
    engines.values().forEach(EngineSession::close);
  }
}
