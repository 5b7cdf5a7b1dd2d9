package dev.unmask.bridge;

import dev.unmask.bridge.engine.EngineCapabilities;
import dev.unmask.bridge.engine.EngineSession;
import dev.unmask.repository.ModelManifest;
import dev.unmask.scheduler.StepOutputs;
import dev.unmask.scheduler.StepPlan;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An engine whose tokens are scripted by the first prompt token and the position, so that what a
 * request generates is known whatever shares its steps. About two positions in three are certain
 * enough for D2F to commit them at once, so commits come out of order.
 */
public final class ScriptedEngine implements EngineSession {
  public static final int VOCAB = 768;
  public static final int MASK = 767;
  public static final int EOS = 763;
  public static final int CONTEXT = 256;
  private static final int CANDIDATES = 4;

  /** The token at a position of the sequence whose prompt begins with a token. */
  public interface Script {
    int token(int firstToken, int position);
  }

  /** Called at the start of each run, before anything is computed. */
  public interface Hook {
    void onRun(StepPlan plan);
  }

  private final Script script;
  private final int slots;
  private final int[] firstTokens;
  private final Map<Integer, Integer> kept = new HashMap<>();
  private final Set<Thread> threads = ConcurrentHashMap.newKeySet();
  private final AtomicInteger runs = new AtomicInteger();
  private final AtomicInteger closes = new AtomicInteger();
  private volatile Hook hook = plan -> {};

  public ScriptedEngine(int slots, Script script) {
    this.slots = slots;
    this.script = script;
    firstTokens = new int[slots];
  }

  /** A manifest of what this engine runs: the vocabulary of the tiny-ar tokenizer. */
  public static ModelManifest manifest() {
    return new ModelManifest(
        ModelManifest.FORMAT,
        "scripted",
        "llada",
        "block_causal",
        false,
        VOCAB,
        1,
        1,
        1,
        1,
        1,
        1,
        "fp32",
        CONTEXT,
        CANDIDATES,
        MASK,
        762,
        null,
        List.of(EOS, 766),
        List.of(EOS),
        8,
        List.of("d2f", "block_diffusion", "autoregressive"),
        "d2f",
        Map.of("block_size", 8),
        1,
        Map.of());
  }

  public void onRun(Hook newHook) {
    hook = newHook;
  }

  public int runs() {
    return runs.get();
  }

  /** Threads that ran or closed it. */
  public Set<Thread> threads() {
    return threads;
  }

  public int closes() {
    return closes.get();
  }

  @Override
  public EngineCapabilities capabilities() {
    return new EngineCapabilities(
        slots, CONTEXT, (long) slots * CONTEXT, 4, CANDIDATES, new int[] {EOS}, false, "scripted");
  }

  @Override
  public void run(StepPlan plan, StepOutputs outputs) {
    threads.add(Thread.currentThread());
    runs.incrementAndGet();
    hook.onRun(plan);
    for (int i = 0; i < plan.saveCount(); i++) {
      kept.put(plan.saveEntry(i), firstTokens[plan.saveSlot(i)]);
    }
    for (int i = 0; i < plan.restoreCount(); i++) {
      firstTokens[plan.restoreSlot(i)] = kept.get(plan.restoreEntry(i));
    }
    outputs.resize(plan.outputCount());
    for (int row = 0; row < plan.rowCount(); row++) {
      if (plan.cacheStart(row) == 0) {
        firstTokens[plan.slot(row)] = plan.tokenId(plan.queryStart(row));
      }
      for (int o = 0; o < plan.outputCount(row); o++) {
        int output = plan.outputStart(row) + o;
        int query = plan.outputQuery(output);
        int position = plan.positionId(query) + (plan.tokenId(query) == MASK ? 0 : 1);
        fill(outputs, output, firstTokens[plan.slot(row)], position);
      }
    }
  }

  private void fill(StepOutputs outputs, int output, int firstToken, int position) {
    int token = script.token(firstToken, position);
    boolean certain = Math.floorMod(firstToken * 31 + position * 7919, 3) != 0;
    double sum = 0;
    for (int c = 0; c < CANDIDATES; c++) {
      float logit = (certain ? 8f : 1f) / (1 + c);
      outputs.setCandidate(output, c, (token + c) % VOCAB, logit);
      sum += Math.exp(logit);
    }
    outputs.setDistribution(output, Math.log(sum), 0.5);
    outputs.setSpecialLogit(output, 0, -5f);
  }

  @Override
  public void close() {
    threads.add(Thread.currentThread());
    closes.incrementAndGet();
  }
}
