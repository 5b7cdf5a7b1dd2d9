package dev.unmask.bridge;

import dev.unmask.bridge.engine.EngineSession;
import dev.unmask.scheduler.GenerationRequest;
import dev.unmask.scheduler.ModelTraits;
import dev.unmask.scheduler.SchedulerConfig;
import dev.unmask.scheduler.SubmitOptions;
import dev.unmask.scheduler.UnmaskException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Decode threads of one model with an engine each, as one for each GPU, behind one bound of waiting
 * requests. A request goes to the thread with the fewest requests in progress, of several such to
 * the first, and stays there: so keys and values that one user's requests share are found again
 * while few are in progress (as vLLM routes among data-parallel engines).
 *
 * <p>A thread that fails takes its own requests with it. The pool is unhealthy from then on, so
 * that somebody replaces it; until then the other threads serve what comes.
 */
public final class DecodePool implements Decoder {
  private final List<DecodeWorker> workers;

  private DecodePool(List<DecodeWorker> workers) {
    this.workers = workers;
  }

  /**
   * Starts a decode thread for each engine.
   *
   * @param model its name, for threads and messages
   * @param engines at least one; owned from now on, each closed by its decode thread; where this
   *     call throws the caller closes them, again perhaps
   * @param traits what the engines run
   * @param config limits of an engine's sequences; {@code maxWaiting} of the first is the bound of
   *     requests that wait for their first step in all
   * @param telemetry told of the steps of all, one at a time
   * @param beforeStep run on each decode thread between two of its steps, before it takes in what
   *     was asked of it: a cancel that it asks for comes before the next step. Not run before the
   *     first step after a rest. Must not throw
   * @throws UnmaskException INVALID_ARGUMENT where an engine has fewer slots than its {@code
   *     config} says
   */
  public static DecodePool start(
      String model,
      List<EngineSession> engines,
      ModelTraits traits,
      Function<EngineSession, SchedulerConfig> config,
      Telemetry telemetry,
      Runnable beforeStep) {
    PooledSteps steps = new PooledSteps(telemetry, engines.size());
    List<DecodeWorker> workers = new ArrayList<>();
    WaitingRoom waiting = null;
    for (EngineSession engine : engines) {
      int index = workers.size();
      SchedulerConfig limits = config.apply(engine);
      waiting = waiting == null ? new WaitingRoom(model, limits.maxWaiting()) : waiting;
      Telemetry told = engines.size() == 1 ? telemetry : steps.of(index);
      DecodeLoop loop = new DecodeLoop(engine, traits, limits, told);
      workers.add(new DecodeWorker(model, index, engine, loop, waiting, told, beforeStep));
    }
    begin(workers);
    return new DecodePool(List.copyOf(workers));
  }

  /** Begins all, or ends those that have begun. */
  private static void begin(List<DecodeWorker> workers) {
    List<DecodeWorker> begun = new ArrayList<>();
    try {
      for (DecodeWorker worker : workers) {
        worker.begin();
        begun.add(worker);
      }
    } catch (RuntimeException | Error e) {
      begun.forEach(DecodeWorker::close);
      throw e;
    }
  }

  @Override
  public DecodeHandle submit(
      GenerationRequest request, SubmitOptions options, DecodeListener listener) {
    while (true) {
      DecodeWorker chosen = leastBusy();
      try {
        return chosen.submit(request, options, listener);
      } catch (UnmaskException e) {
        // It may have failed after it was chosen; then there is one healthy worker less to choose.
        if (chosen.isHealthy() || !leastBusy().isHealthy()) {
          throw e;
        }
      }
    }
  }

  /** The healthy one with the fewest requests in progress, or the first where none is healthy. */
  private DecodeWorker leastBusy() {
    DecodeWorker chosen = workers.get(0);
    int least = Integer.MAX_VALUE;
    for (DecodeWorker worker : workers) {
      int size = worker.size();
      if (worker.isHealthy() && size < least) {
        least = size;
        chosen = worker;
      }
    }
    return chosen;
  }

  /** Requests that have not ended. */
  int size() {
    return workers.stream().mapToInt(DecodeWorker::size).sum();
  }

  @Override
  public boolean isHealthy() {
    return workers.stream().allMatch(DecodeWorker::isHealthy);
  }

  @Override
  public void close() {
    workers.forEach(worker -> worker.checkOtherThread("close"));
    workers.forEach(DecodeWorker::beginClose);
    workers.forEach(DecodeWorker::close);
  }
}
